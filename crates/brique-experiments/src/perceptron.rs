//! Multilayer perceptrons, and the cost of one step of their training.

use brique_layers::{Init, Linear, ReLU, Sequential, Tanh};
use brique_random::RandomSource;
use brique_tensor::Scalar;

use crate::Error;

/// The activation between two linear layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    ReLU,
    Tanh,
}

/// `Linear(widths[0] → widths[1])`, the activation, …, `Linear(… → the last width)`. The weights of the first layer are
/// drawn from `first`, those of the other layers from the distribution that fits the activation.
pub(crate) fn perceptron<T: Scalar>(
    widths: &[usize],
    activation: Activation,
    first: Init,
    rng: &mut dyn RandomSource,
) -> Result<Sequential<T>, Error> {
    let suitable = match activation {
        Activation::ReLU => Init::HeUniform,
        Activation::Tanh => Init::XavierUniform,
    };
    let layers = widths.windows(2).enumerate().map(|(number, pair)| {
        let init = if number == 0 { first } else { suitable };
        Linear::new(pair[0], pair[1], init, rng)
    });
    let layers: Vec<Linear<T>> = layers.collect::<Result<_, _>>()?;
    stacked(layers, activation)
}

/// The layers one after the other, with the activation between them.
pub(crate) fn stacked<T: Scalar>(
    layers: Vec<Linear<T>>,
    activation: Activation,
) -> Result<Sequential<T>, Error> {
    let mut network = Sequential::new(layers.first().map_or(0, Linear::inputs));
    for (number, layer) in layers.into_iter().enumerate() {
        if number > 0 {
            network = match activation {
                Activation::ReLU => network.then(ReLU)?,
                Activation::Tanh => network.then(Tanh)?,
            };
        }
        network = network.then(layer)?;
    }
    Ok(network)
}

/// The multiply-adds of the matrix products for one example in one step of training: the forward pass, the gradients of
/// the weights, and the gradients with respect to the inputs, which the first layer does not compute.
pub(crate) fn multiply_adds(widths: &[usize]) -> usize {
    let weights: Vec<usize> = widths.windows(2).map(|pair| pair[0] * pair[1]).collect();
    3 * weights.iter().sum::<usize>() - weights.first().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use brique_core::Module;
    use brique_random::portable;
    use brique_tensor::ndarray::array;

    use super::*;

    #[test]
    fn a_step_of_2_3_1_costs_21_multiply_adds_an_example() {
        // Forward pass 6 + 3, gradients of the weights 6 + 3, gradient with respect to the second layer's input 3.
        assert_eq!(multiply_adds(&[2, 3, 1]), 21);
        assert_eq!(multiply_adds(&[2, 1]), 4);
        assert_eq!(multiply_adds(&[2]), 0);
    }

    #[test]
    fn a_perceptron_has_an_activation_between_its_layers_and_none_at_the_end() {
        for (activation, between) in [(Activation::ReLU, "ReLU"), (Activation::Tanh, "Tanh")] {
            let network: Sequential =
                perceptron(&[2, 5, 3, 1], activation, Init::Uniform(2.0), &mut portable(1)).unwrap();
            let modules: Vec<String> = (0..network.len()).map(|number| network.label(number)).collect();
            assert_eq!(modules.len(), 5, "{modules:?}");
            assert!(
                [1, 3]
                    .iter()
                    .all(|&index: &usize| modules[index].contains(between)),
                "{modules:?}"
            );
            assert_eq!(network.parameter_count(), 3 * 5 + 6 * 3 + 4);
        }
    }

    #[test]
    fn layers_are_stacked_in_order() {
        let layers = vec![
            Linear::from_parameters(array![[1.0, -1.0], [0.0, 0.0]]).unwrap(),
            Linear::from_parameters(array![[1.0], [10.0], [0.5]]).unwrap(),
        ];
        let network: Sequential = stacked(layers, Activation::ReLU).unwrap();
        // relu(2), relu(−2) → 2 · 1 + 0 · 10 + 0.5; relu(−3), relu(3) → 30.5.
        assert_eq!(
            network.forward(&array![[2.0], [-3.0]]).unwrap(),
            array![[2.5], [30.5]]
        );
    }
}

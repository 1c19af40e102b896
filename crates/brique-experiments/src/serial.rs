//! Matrices and networks as data that processes send to each other: for `#[serde(with = "…")]`.

use brique_tensor::ndarray::Array2;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The rows, the columns, and the numbers row by row.
type Numbers<T> = (usize, usize, Vec<T>);

fn numbers<T: Copy>(matrix: &Array2<T>) -> Numbers<T> {
    (matrix.nrows(), matrix.ncols(), matrix.iter().copied().collect())
}

fn matrix_of<T, E: Error>((rows, columns, numbers): Numbers<T>) -> Result<Array2<T>, E> {
    Array2::from_shape_vec((rows, columns), numbers).map_err(E::custom)
}

/// A matrix.
pub(crate) mod matrix {
    use super::{Array2, Deserialize, Deserializer, Serialize, Serializer, matrix_of, numbers};

    pub(crate) fn serialize<T: Copy + Serialize, S: Serializer>(
        matrix: &Array2<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        numbers(matrix).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Array2<T>, D::Error> {
        matrix_of(Deserialize::deserialize(deserializer)?)
    }
}

/// The parameters of a network.
pub(crate) mod weights {
    use brique_train::Weights;

    use super::{Deserialize, Deserializer, Numbers, Serialize, Serializer, matrix_of, numbers};

    pub(crate) fn serialize<S: Serializer>(weights: &Weights<f32>, serializer: S) -> Result<S::Ok, S::Error> {
        let matrices: Vec<_> = weights.values().iter().map(numbers).collect();
        matrices.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weights<f32>, D::Error> {
        let matrices: Vec<Numbers<f32>> = Deserialize::deserialize(deserializer)?;
        let values = matrices.into_iter().map(matrix_of).collect::<Result<_, _>>()?;
        Ok(Weights::new(values))
    }
}

#[cfg(test)]
mod tests {
    use brique_distributed::run_threads;
    use brique_tensor::ndarray::{Array2, array};
    use brique_train::Weights;
    use serde::{Deserialize, Serialize};

    use crate::Workers;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Sent {
        #[serde(with = "super::matrix")]
        matrix: Array2<usize>,
        #[serde(with = "super::weights")]
        weights: Weights<f32>,
    }

    #[test]
    fn matrices_and_weights_of_any_shape_and_order_arrive_as_they_were_sent() {
        let transposed = array![[1.0 / 3.0, 0.2, 0.3], [-0.0, f32::MIN_POSITIVE, f32::MAX]].reversed_axes();
        let sent = Sent {
            matrix: array![[1, 2], [3, usize::MAX], [5, 6]],
            weights: Weights::new(vec![transposed, Array2::zeros((0, 4)), Array2::zeros((3, 0))]),
        };
        let received = run_threads::<f64, _>(2, |communicator| {
            let mut workers = Workers::in_processes(1, Box::new(communicator));
            workers.map(2, &|| (), |_| Ok(sent.clone())).unwrap()
        });
        assert_eq!(received, vec![vec![sent.clone(); 2]; 2]);
    }
}

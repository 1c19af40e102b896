//! Principal components: the linear code of the smallest squared error.

use brique_tensor::ndarray::Array2;
use nalgebra::{DMatrix, DVector};

/// The mean squared error of a number of `test` that is projected on as many principal components of `train` as `sizes`
/// says, for each of the sizes.
pub(super) fn errors(train: &Array2<f32>, test: &Array2<f32>, sizes: &[usize]) -> Vec<f64> {
    let mean = as_matrix(train).row_mean();
    let centred = |data: &Array2<f32>| {
        let mut matrix = as_matrix(data);
        matrix.row_iter_mut().for_each(|mut row| row -= &mean);
        matrix
    };
    let (train, test) = (centred(train), centred(test));
    let decomposition = (train.transpose() * &train).symmetric_eigen();
    let mut order: Vec<usize> = (0..train.ncols()).collect();
    let variances: &DVector<f64> = &decomposition.eigenvalues;
    order.sort_by(|&one, &other| variances[other].total_cmp(&variances[one]));
    let coordinates = &test * &decomposition.eigenvectors;
    // The projection loses the coordinates on the other components.
    let lost = |size: usize| {
        order
            .iter()
            .skip(size)
            .map(|&column| coordinates.column(column).norm_squared())
    };
    sizes
        .iter()
        .map(|&size| lost(size).sum::<f64>() / test.len() as f64)
        .collect()
}

fn as_matrix(data: &Array2<f32>) -> DMatrix<f64> {
    DMatrix::from_fn(data.nrows(), data.ncols(), |row, column| {
        f64::from(data[[row, column]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use brique_tensor::ndarray::array;

    #[test]
    fn a_component_keeps_the_points_of_its_line() {
        // The training points are on the line x = y around (1, 1).
        let train = array![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]];
        let test = array![[3.0, 3.0], [2.0, 0.0]];
        let errors = errors(&train, &test, &[0, 1, 2]);
        // Squared distances 8 and 2 from the mean, 0 and 2 from the line, 0 and 0 from the plane, over 4 numbers.
        for (found, expected) in errors.iter().zip([2.5, 0.5, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{errors:?}");
        }
    }
}

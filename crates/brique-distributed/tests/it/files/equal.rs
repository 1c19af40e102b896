//! The examples of a source are those of the reader of the whole file.

use std::ops::Range;

use brique_distributed::{CsvSource, IdxSource, Order, SafetensorsSource};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, Axis};
use proptest::prelude::*;

use crate::files::{EXAMPLES, Files, bits, idx_images, idx_labels, read_all, tensor_file};

fn check<T: Scalar>() {
    let files = Files::new();
    for ((name, mut source), data) in files.sources::<T>().into_iter().zip(files.in_memory::<T>()) {
        let sizes = source.sizes();
        assert_eq!(
            (sizes.examples, sizes.inputs, sizes.targets, sizes.are_weighted),
            (EXAMPLES, data.inputs().ncols(), 1, false),
            "{name}"
        );
        let in_memory = bits(&(data.inputs().clone(), data.targets().clone()));
        for batch in [1, 7, 10, EXAMPLES, 100] {
            assert_eq!(
                bits(&read_all(&mut *source, None, batch)),
                in_memory,
                "{name}, {batch}"
            );
        }
        let mut orders = Vec::new();
        for seed in [1, 2, 3] {
            let read = bits(&read_all(&mut *source, Some(seed), 7));
            let order = Order::new(EXAMPLES, Some(seed));
            for (position, row) in read.iter().enumerate() {
                assert_eq!(
                    *row,
                    in_memory[order.get(position).unwrap()],
                    "{name}, {position}"
                );
            }
            orders.push(read);
        }
        assert_ne!(orders[0], orders[1], "{name}");
        assert_ne!(orders[1], orders[2], "{name}");
        // Every epoch has the same examples.
        for rows in &mut orders {
            rows.sort();
        }
        assert!(orders.iter().all(|rows| *rows == orders[0]), "{name}");
        assert_eq!(
            bits(&read_all(&mut *source, None, 100)),
            in_memory,
            "{name}, after other epochs"
        );
    }
}

#[test]
fn the_examples_are_those_of_the_whole_file_in_f32() {
    check::<f32>();
}

#[test]
fn the_examples_are_those_of_the_whole_file_in_f64() {
    check::<f64>();
}

fn part() -> impl Strategy<Value = (Range<usize>, Range<usize>, Option<u64>)> {
    let ends = prop::array::uniform4(0..=EXAMPLES);
    (ends, proptest::option::of(any::<u64>())).prop_map(|(mut ends, seed)| {
        ends.sort_unstable();
        (ends[0]..ends[3], ends[1]..ends[2], seed)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_part_of_a_batch_is_that_part_of_the_order(parts in prop::collection::vec(part(), 1..5)) {
        let files = Files::new();
        for ((name, mut source), data) in files.sources::<f32>().into_iter().zip(files.in_memory::<f32>()) {
            for (batch, needed, seed) in parts.clone() {
                source.begin_epoch(seed);
                let examples = source.batch(batch.clone(), needed.clone()).unwrap();
                prop_assert_eq!((examples.first, examples.batch), (needed.start - batch.start, batch.len()));
                let order = Order::new(EXAMPLES, seed);
                let rows: Vec<usize> = needed.map(|position| order.get(position).unwrap()).collect();
                let expected = (data.inputs().select(Axis(0), &rows), data.targets().select(Axis(0), &rows));
                prop_assert_eq!(bits(&(examples.x.to_owned(), examples.y.to_owned())), bits(&expected), "{}", name);
            }
        }
    }
}

#[test]
fn pixels_are_divided() {
    let files = Files::new();
    let mut data = files.in_memory::<f32>().swap_remove(0).into_parts();
    data.0 /= 255.0;
    let mut source = files.idx::<f32>().pixel_divisor(255.0).unwrap();
    assert_eq!(bits(&read_all(&mut source, None, 10)), bits(&data));
}

#[test]
fn tensors_of_other_shapes_and_types_are_rows_of_numbers() {
    let files = Files::new();
    let header = concat!(
        r#"{"x":{"dtype":"F64","shape":[2,1,2],"data_offsets":[12,44]},"#,
        r#""ids":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},"#,
        r#""y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"by":"a test"}}"#
    );
    let y = [1.5_f32, -2.0].into_iter().flat_map(f32::to_le_bytes);
    let x = [0.1_f64, 2.0, 3.0, f64::INFINITY]
        .into_iter()
        .flat_map(f64::to_le_bytes);
    let bytes: Vec<u8> = y.chain([0; 4]).chain(x).collect();
    let path = files.write("other.safetensors", &tensor_file(header, &bytes));
    let mut source = SafetensorsSource::<f32>::open(path, "x", "y").unwrap();
    let expected: (Array2<f32>, Array2<f32>) = (
        Array2::from_shape_vec((2, 2), vec![0.1, 2.0, 3.0, f32::INFINITY]).unwrap(),
        Array2::from_shape_vec((2, 1), vec![1.5, -2.0]).unwrap(),
    );
    assert_eq!(read_all(&mut source, None, 2), expected);
}

/// Rows that are longer than a block, and blocks of many rows.
#[test]
fn rows_of_any_length_are_read() {
    let files = Files::new();
    for (n, columns) in [(2, 300_000), (3, 1 << 18), (1000, 1000)] {
        let images = files.write("images", &idx_images(n, columns));
        let labels = files.write("labels", &idx_labels(n));
        let mut source = IdxSource::<f32>::open(&images, &labels).unwrap();
        let data = brique_datasets::read_mnist::<f32>(&images, &labels).unwrap();
        assert_eq!(read_all(&mut source, None, 1001), data.into_parts());
    }
}

#[test]
fn a_file_of_one_example_is_read() {
    let files = Files::new();
    let path = files.write("one.csv", b"1,2");
    let mut source = CsvSource::<f64>::open(path, &brique_datasets::CsvOptions::default()).unwrap();
    let (x, y) = read_all(&mut source, Some(3), 5);
    assert_eq!((x[[0, 0]], y[[0, 0]]), (1.0, 2.0));
}

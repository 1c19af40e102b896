//! How the columns of a matrix of this library correspond to the numbers of an ONNX tensor.

use std::sync::Arc;

/// The most values of an example whose order is listed value by value.
const MOST_LISTED: usize = 1 << 22;

/// The sizes of one example of an ONNX tensor, without the batch axis, and the order of the columns that hold it.
///
/// Both importer and exporter have one for each value of a graph. ONNX has the channels first, this library has them
/// last; a flattened image keeps that difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) sizes: Vec<usize>,
    pub(crate) order: Order,
}

/// For each column, the index of its number in the ONNX tensor, row by row. Equal orders are equal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// The same order.
    Same,
    /// Column `position · channels + channel` is number `channel · positions + position`.
    ChannelsLast { channels: usize, positions: usize },
    /// Any other order.
    Listed(Arc<[usize]>),
}

impl Order {
    pub(crate) fn channels_last(channels: usize, positions: usize) -> Self {
        if channels <= 1 || positions <= 1 {
            return Self::Same;
        }
        Self::ChannelsLast { channels, positions }
    }

    /// Returns the order of these indices, or `None` if there are too many.
    pub(crate) fn listed(indices: Vec<usize>) -> Option<Self> {
        if indices.iter().enumerate().all(|(column, &index)| column == index) {
            return Some(Self::Same);
        }
        // In the order of `ChannelsLast`, the second column is the first number of the second channel.
        let (size, positions) = (indices.len(), indices[1]);
        if positions > 1 && size.is_multiple_of(positions) {
            let order = Self::channels_last(size / positions, positions);
            let is_that = indices
                .iter()
                .enumerate()
                .all(|(column, &index)| order.index(column) == index);
            if is_that {
                return Some(order);
            }
        }
        (size <= MOST_LISTED).then(|| Self::Listed(indices.into()))
    }

    /// Returns the index of the number in a column.
    pub(crate) fn index(&self, column: usize) -> usize {
        match self {
            Self::Same => column,
            Self::ChannelsLast { channels, positions } => column % channels * positions + column / channels,
            Self::Listed(indices) => indices[column],
        }
    }

    /// Returns, for each number of the tensor, its column; `None` if there are too many values to list.
    pub(crate) fn columns(&self, size: usize) -> Option<Vec<usize>> {
        if size > MOST_LISTED {
            return None;
        }
        let mut columns = vec![0; size];
        for column in 0..size {
            columns[self.index(column)] = column;
        }
        Some(columns)
    }
}

impl Layout {
    pub(crate) fn same(sizes: Vec<usize>) -> Self {
        let order = Order::Same;
        Self { sizes, order }
    }

    /// Returns the layout of a tensor with these sizes, channels first, whose columns have the channels last.
    pub(crate) fn image(sizes: Vec<usize>) -> Self {
        let channels = sizes.first().copied().unwrap_or(1);
        let positions = sizes.iter().skip(1).product();
        let order = Order::channels_last(channels, positions);
        Self { sizes, order }
    }

    pub(crate) fn size(&self) -> usize {
        self.sizes.iter().product()
    }

    pub(crate) fn is_flat(&self) -> bool {
        self.sizes.len() == 1
    }

    /// Returns the shape that these columns have in this library: flat, or with the channels last. `None` if the columns
    /// are in another order, or there are more than four sizes.
    pub(crate) fn shape(&self) -> Option<Vec<usize>> {
        if self.sizes.len() > brique_core::Shape::MAX_RANK || self.sizes.is_empty() {
            return None;
        }
        if self.is_flat() {
            return Some(self.sizes.clone());
        }
        let is_image = self.order == Self::image(self.sizes.clone()).order;
        is_image.then(|| channels_last(&self.sizes))
    }

    /// Returns the layout after the axes of the tensor are permuted; `None` if there are too many values to list.
    pub(crate) fn transposed(&self, axes: &[usize]) -> Option<Self> {
        let sizes: Vec<usize> = axes.iter().map(|&axis| self.sizes[axis]).collect();
        let size = self.size();
        if axes.iter().enumerate().all(|(number, &axis)| number == axis) {
            return Some(self.clone());
        }
        if size > MOST_LISTED {
            return None;
        }
        let mut strides = vec![1; axes.len()];
        for number in (1..axes.len()).rev() {
            strides[number - 1] = strides[number] * sizes[number];
        }
        let moved = |mut index: usize| {
            let mut new = 0;
            for (axis, &length) in self.sizes.iter().enumerate().rev() {
                let number = axes.iter().position(|&other| other == axis).unwrap_or(0);
                new += index % length * strides[number];
                index /= length;
            }
            new
        };
        let order = Order::listed((0..size).map(|column| moved(self.order.index(column))).collect())?;
        Some(Self { sizes, order })
    }

    /// Returns the layout of flat tensors one after the other, whose columns are side by side.
    pub(crate) fn concatenated<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Option<Self> {
        let size = parts.clone().map(Self::size).sum();
        if parts.clone().all(|part| part.order == Order::Same) {
            return Some(Self::same(vec![size]));
        }
        if size > MOST_LISTED {
            return None;
        }
        let mut indices = Vec::with_capacity(size);
        for part in parts {
            let first = indices.len();
            indices.extend((0..part.size()).map(|column| first + part.order.index(column)));
        }
        let order = Order::listed(indices)?;
        Some(Self {
            sizes: vec![size],
            order,
        })
    }
}

/// Returns the sizes with the first one moved to the end.
pub(crate) fn channels_last(sizes: &[usize]) -> Vec<usize> {
    let (channels, lengths) = sizes.split_at(sizes.len().min(1));
    [lengths, channels].concat()
}

/// Returns the sizes with the last one moved to the beginning.
pub(crate) fn channels_first(sizes: &[usize]) -> Vec<usize> {
    let (lengths, channels) = sizes.split_at(sizes.len().saturating_sub(1));
    [channels, lengths].concat()
}

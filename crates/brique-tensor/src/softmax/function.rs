//! The functions that are computed along rows.

/// A function that is computed along rows.
#[derive(Debug, Clone, Copy)]
pub enum Function {
    Softmax,
    SoftmaxDelta,
    SoftmaxDeltaFromOutput,
    LogSoftmax,
    LogSoftmaxDelta,
}

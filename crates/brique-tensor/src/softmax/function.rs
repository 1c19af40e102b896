//! What is computed along rows.

/// What is computed along rows.
#[derive(Debug, Clone, Copy)]
pub enum Function {
    Softmax,
    SoftmaxDelta,
    SoftmaxDeltaFromOutput,
    LogSoftmax,
    LogSoftmaxDelta,
}

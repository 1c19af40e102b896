//! What the processes of a training decide together.

use std::ops::ControlFlow;

use brique_tensor::Scalar;

use crate::{Error, Strategy};

/// Returns the result of this process, or an error if another process failed.
pub(super) fn agree<T: Scalar, R>(
    strategy: Option<&mut (dyn Strategy<T> + '_)>,
    result: Result<R, Error>,
) -> Result<R, Error> {
    let Some(strategy) = strategy else {
        return result;
    };
    let has_failed = strategy.any(result.is_err());
    let result = result?;
    if has_failed? {
        return Err(Error::Strategy {
            message: "another process of this training failed; its own error says why".to_owned(),
        });
    }
    Ok(result)
}

/// Returns whether a callback stops the training, in this process or another.
pub(super) fn agree_to_stop<T: Scalar>(
    strategy: Option<&mut (dyn Strategy<T> + '_)>,
    flow: ControlFlow<()>,
) -> Result<ControlFlow<()>, Error> {
    let Some(strategy) = strategy else {
        return Ok(flow);
    };
    let stops = strategy.any(flow.is_break())?;
    Ok(if stops {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    })
}

//! The formulas of the activations.

/// An activation y = f(x) as text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activation {
    /// f(x), in which `x` is to be replaced.
    pub(super) value: &'static str,
    /// f′(x), in which `x` is to be replaced.
    pub(super) derivative: &'static str,
}

/// Returns the formulas of an activation by its kind, or `None` if the kind is not an activation.
pub(super) fn activation(kind: &str) -> Option<Activation> {
    let (value, derivative) = match kind {
        "ReLU" => ("max(0, x)", "1 if x > 0, else 0"),
        "LeakyReLU" => ("x if x > 0, else s·x", "1 if x > 0, else s"),
        "ELU" => ("x if x > 0, else α·(exp(x) − 1)", "1 if x > 0, else α·exp(x)"),
        "Tanh" => ("tanh(x)", "1 − tanh(x)²"),
        "Sigmoid" => ("σ(x)", "σ(x)·(1 − σ(x))"),
        "SiLU" => ("x·σ(x)", "σ(x)·(1 + x·(1 − σ(x)))"),
        "GELU" => ("x·Φ(x)", "Φ(x) + x·φ(x)"),
        "Softplus" => ("ln(1 + exp(x))", "σ(x)"),
        _ => return None,
    };
    Some(Activation { value, derivative })
}

/// Writes a name or a number instead of `x`.
pub(super) fn at(formula: &str, x: &str) -> String {
    // `exp` contains the letter too.
    formula
        .replace("exp", "\u{0}")
        .replace("max", "\u{1}")
        .replace('x', x)
        .replace('\u{1}', "max")
        .replace('\u{0}', "exp")
}

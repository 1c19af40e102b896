//! What names in a file may be.

/// The longest name.
const LONGEST: usize = 1024;

/// Returns why this cannot be the name of a tensor or of an inner module, if it cannot.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    check_word(name)?;
    if name.contains(['/', '\\']) || name.split('.').any(str::is_empty) {
        return Err("looks like a path of files");
    }
    if name == "__metadata__" {
        return Err("is reserved");
    }
    Ok(())
}

/// Returns why this cannot be the name of a kind or of an attribute, if it cannot.
pub(crate) fn check_word(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.len() > LONGEST {
        return Err("is longer than 1024 bytes");
    }
    if name.chars().any(char::is_control) {
        return Err("has a control character");
    }
    Ok(())
}

//! A network as one would write it down.

use std::fmt;

use brique_core::Module;
use brique_tensor::Scalar;

use super::Sequential;

impl<T: Scalar> fmt::Display for Sequential<T> {
    /// One line, `Sequential((2) → (1), 3 modules, 33 parameters)`; with `{:#}` a line a module below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (modules, parameters) = (self.len(), self.parameter_count());
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        write!(
            f,
            "Sequential({} → {}, {modules} module{}, {parameters} parameter{})",
            self.input(),
            self.output(),
            plural(modules),
            plural(parameters)
        )?;
        if f.alternate() {
            for line in self.lines() {
                write!(f, "\n  {}", line.trim_end())?;
            }
        }
        Ok(())
    }
}

impl<T: Scalar> Sequential<T> {
    /// Name, module, shape of the output and number of parameters of each module, in columns.
    fn lines(&self) -> Vec<String> {
        let rows: Vec<[String; 4]> = self
            .modules
            .iter()
            .zip(self.names())
            .map(|(placed, name)| {
                let count = match parameters_of(&*placed.module) {
                    0 => "–".to_owned(),
                    count => count.to_string(),
                };
                [name, placed.module.to_string(), placed.output.to_string(), count]
            })
            .collect();
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths = [0, 1, 2, 3].map(width);
        rows.iter()
            .map(|[name, module, shape, count]| {
                let [a, b, c, d] = widths;
                format!("{name:a$}  {module:b$}  {shape:c$}  {count:>d$}")
            })
            .collect()
    }
}

fn parameters_of<T: Scalar>(module: &dyn Module<T>) -> usize {
    let mut count = 0;
    module.visit_parameters(&mut |parameter| count += parameter.value().len());
    count
}

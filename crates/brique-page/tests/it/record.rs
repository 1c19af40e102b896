use std::fs;

use brique_page::{Error, csv, svg, write_csv, write_svg};

use crate::trained;

#[test]
fn the_table_has_all_digits_of_every_epoch() {
    let history = trained(4, |fit| fit);
    let table = csv(&history);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[0],
        "epoch,loss,validation_loss,\"accuracy, in %\",learning_rate,seconds,best"
    );
    assert_eq!(lines.len(), 1 + 4);
    for (epoch, line) in history.epochs().iter().zip(&lines[1..]) {
        let numbers: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let best = history.best().unwrap().number == epoch.number;
        let expected = [
            epoch.number as f64,
            epoch.loss,
            epoch.validation_loss.unwrap(),
            epoch.metric("accuracy, in %").unwrap(),
            epoch.learning_rate,
            epoch.time.as_secs_f64(),
            f64::from(u8::from(best)),
        ];
        assert_eq!(numbers, expected);
    }
}

#[test]
fn the_figure_has_a_curve_for_each_loss_and_metric() {
    let figure = svg(&trained(6, |fit| fit)).unwrap();
    for text in [
        "training",
        "validation",
        "accuracy, in %",
        "epoch",
        "Loss",
        "Metrics",
        "Training of 6 epochs: last loss",
    ] {
        assert!(figure.contains(text), "{text}");
    }
    assert_eq!(figure.matches("<svg").count(), 1);
    assert!(figure.trim_end().ends_with("</svg>"));
}

#[test]
fn files_hold_what_the_functions_return() {
    let (history, folder) = (trained(2, |fit| fit), tempfile::tempdir().unwrap());
    let (table, figure) = (folder.path().join("a.csv"), folder.path().join("a.svg"));
    write_csv(&history, &table).unwrap();
    write_svg(&history, &figure).unwrap();
    assert_eq!(fs::read_to_string(table).unwrap(), csv(&history));
    // The numbers of the clipping paths differ between two drawings.
    let (drawn, written) = (svg(&history).unwrap(), fs::read_to_string(figure).unwrap());
    let without_digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    assert_eq!(without_digits(&written), without_digits(&drawn));
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let (history, folder) = (trained(1, |fit| fit), tempfile::tempdir().unwrap());
    let path = folder.path().join("missing").join("a.csv");
    let error = write_csv(&history, &path).unwrap_err();
    let expected = format!("cannot write {}: ", path.display());
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn nothing_to_draw_is_an_error_and_touches_no_file() {
    let (history, folder) = (trained(0, |fit| fit), tempfile::tempdir().unwrap());
    let path = folder.path().join("a.svg");
    fs::write(&path, "before").unwrap();
    let error = write_svg(&history, &path).unwrap_err();
    assert!(matches!(error, Error::Empty { epochs: 0 }));
    assert_eq!(
        error.to_string(),
        "none of the 0 epochs has a finite loss, expected at least one to draw"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(csv(&history).lines().count(), 1);
}

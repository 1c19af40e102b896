//! Files are written completely or not at all.

use std::fs;
use std::sync::Barrier;
use std::thread;

use brique_checkpoint::{load, save};
use brique_layers::Linear;
use brique_tensor::ndarray::{Array2, array};

fn linear(number: f64) -> Linear {
    Linear::from_parameters(array![[number], [number]]).unwrap()
}

#[test]
fn a_partial_file_that_was_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.safetensors");
    fs::write(folder.path().join(".n.safetensors.partial"), vec![7; 100_000]).unwrap();
    save(&linear(1.0), &path).unwrap();
    load::<f64>(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_error_leaves_the_old_file_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.safetensors");
    // A folder cannot be replaced by a file: the rename fails, at the very end.
    fs::create_dir(&path).unwrap();
    let error = save(&linear(1.0), &path).unwrap_err().to_string();
    assert!(error.contains("cannot rename"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let error = save(&linear(1.0), folder.path().join("none/n.safetensors")).unwrap_err();
    assert!(error.to_string().contains("cannot write"), "{error}");
    let error = save(&linear(1.0), "/").unwrap_err();
    assert!(error.to_string().contains("the name of a file"), "{error}");
    let error = save(&linear(1.0), folder.path().join("..")).unwrap_err();
    assert!(error.to_string().contains("cannot "), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_keeps_pointing_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("n.safetensors"), folder.path().join("latest"));
    save(&linear(1.0), &path).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    save(&linear(2.0), &link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&path).unwrap(), fs::read(&link).unwrap());
    assert!(load::<f64>(&path).is_ok());
}

/// A link where the partial file belongs leads elsewhere: it is removed, and the file behind it does not change.
#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_partial_file_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("n.safetensors"), folder.path().join("other"));
    fs::write(&other, "not ours").unwrap();
    std::os::unix::fs::symlink(&other, folder.path().join(".n.safetensors.partial")).unwrap();
    save(&linear(1.0), &path).unwrap();
    load::<f64>(&path).unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), "not ours");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_to_no_file_keeps_pointing_to_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    let link = folder.path().join("latest");
    std::os::unix::fs::symlink("files/n.safetensors", &link).unwrap();
    save(&linear(1.0), &link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(load::<f64>(folder.path().join("files/n.safetensors")).is_ok());
}

/// Several threads save to one path while others load from it: what is loaded is always one of the networks.
#[test]
fn what_is_loaded_was_saved_by_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.safetensors");
    let network = |number: f64| Linear::from_parameters(Array2::from_elem((60, 70), number)).unwrap();
    save(&network(0.0), &path).unwrap();
    let start = Barrier::new(4);
    thread::scope(|scope| {
        for number in [1.0, 2.0] {
            let (start, path) = (&start, &path);
            scope.spawn(move || {
                start.wait();
                for _ in 0..20 {
                    save(&network(number), path).unwrap();
                }
            });
        }
        for _ in 0..2 {
            let (start, path) = (&start, &path);
            scope.spawn(move || {
                start.wait();
                for _ in 0..40 {
                    let loaded = load::<f64>(path).unwrap();
                    let mut numbers = Vec::new();
                    loaded
                        .visit_parameters(&mut |parameter| numbers.extend(parameter.value().iter().copied()));
                    assert!(numbers.iter().all(|&number| number == numbers[0]));
                }
            });
        }
    });
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

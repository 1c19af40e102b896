use brique_datasets::{Blobs, Circles, Dataset, Error, Moons, Spirals, blobs, circles, moons, spirals};
use brique_random::{NumpyRandomState, RandomSource, portable};
use brique_tensor::ndarray::array;

#[test]
fn defaults_are_scikit_learns() {
    assert_eq!((Moons::default().examples, Moons::default().noise), (100, 0.0));
    let Circles {
        examples,
        noise,
        factor,
    } = Circles::default();
    assert_eq!((examples, noise, factor), (100, 0.0, 0.8));
    let Spirals {
        examples,
        classes,
        noise,
        turns,
    } = Spirals::default();
    assert_eq!((examples, classes, noise, turns), (100, 2, 0.0, 1.0));
    let clean = Circles {
        examples: 2,
        ..Circles::default()
    };
    let data = circles(&clean, &mut NumpyRandomState::new(1)).unwrap();
    assert_eq!(data.inputs(), array![[1.0, 0.0], [0.8, 0.0]]);
}

/// The message, after a look at whether something was drawn.
fn refused(make: impl Fn(&mut dyn RandomSource) -> Result<Dataset, Error>) -> String {
    let mut rng = portable(1);
    let error = make(&mut rng).unwrap_err();
    assert_eq!(rng, portable(1), "something was drawn");
    error.to_string()
}

#[test]
fn bad_parameters_of_moons_and_circles_are_named() {
    for (noise, shown) in [(-0.1, "-0.1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let expected = format!("noise is {shown}, expected a finite number of at least 0");
        let of_moons = refused(|rng| {
            moons(
                &Moons {
                    noise,
                    ..Moons::default()
                },
                rng,
            )
        });
        assert_eq!(of_moons, format!("moons: {expected}"));
        let of_circles = refused(|rng| {
            circles(
                &Circles {
                    noise,
                    ..Circles::default()
                },
                rng,
            )
        });
        assert_eq!(of_circles, format!("circles: {expected}"));
        let of_spirals = refused(|rng| {
            spirals(
                &Spirals {
                    noise,
                    ..Spirals::default()
                },
                rng,
            )
        });
        assert_eq!(of_spirals, format!("spirals: {expected}"));
    }
    for (factor, shown) in [(-0.1, "-0.1"), (1.0, "1"), (f64::NAN, "NaN")] {
        assert_eq!(
            refused(|rng| circles(
                &Circles {
                    factor,
                    ..Circles::default()
                },
                rng
            )),
            format!("circles: factor is {shown}, expected a number from 0 to 1, 1 excluded")
        );
    }
}

#[test]
fn bad_parameters_of_blobs_and_spirals_are_named() {
    assert_eq!(
        refused(|rng| blobs(
            &Blobs {
                classes: 0,
                ..Blobs::default()
            },
            rng
        )),
        "blobs: classes is 0, expected at least 1"
    );
    assert_eq!(
        refused(|rng| spirals(
            &Spirals {
                classes: 0,
                ..Spirals::default()
            },
            rng
        )),
        "spirals: classes is 0, expected at least 1"
    );
    assert_eq!(
        refused(|rng| spirals(
            &Spirals {
                turns: f64::NAN,
                ..Spirals::default()
            },
            rng
        )),
        "spirals: turns is NaN, expected a finite number"
    );
    assert_eq!(
        refused(|rng| blobs(
            &Blobs {
                deviation: -1.0,
                ..Blobs::default()
            },
            rng
        )),
        "blobs: deviation is -1, expected a finite number of at least 0"
    );
    for (center_box, shown) in [
        ((1.0, 0.5), "(1, 0.5)"),
        ((f64::NAN, 0.5), "(NaN, 0.5)"),
        ((0.0, f64::INFINITY), "(0, inf)"),
    ] {
        assert_eq!(
            refused(|rng| blobs(
                &Blobs {
                    center_box,
                    ..Blobs::default()
                },
                rng
            )),
            format!("blobs: center_box is {shown}, expected two finite numbers, the lower one first")
        );
    }
}

#[test]
fn any_finite_number_of_turns_does() {
    let turns = f64::MAX;
    let data = spirals(
        &Spirals {
            turns,
            ..Spirals::default()
        },
        &mut portable(1),
    )
    .unwrap();
    assert!(data.inputs().iter().all(|value| value.is_finite()));
}

#[test]
fn more_than_memory_can_address_is_refused() {
    let examples = usize::MAX;
    let messages = [
        refused(|rng| {
            moons(
                &Moons {
                    examples,
                    ..Moons::default()
                },
                rng,
            )
        }),
        refused(|rng| {
            circles(
                &Circles {
                    examples,
                    ..Circles::default()
                },
                rng,
            )
        }),
        refused(|rng| {
            blobs(
                &Blobs {
                    examples,
                    features: 0,
                    ..Blobs::default()
                },
                rng,
            )
        }),
        refused(|rng| {
            blobs(
                &Blobs {
                    classes: examples,
                    ..Blobs::default()
                },
                rng,
            )
        }),
        refused(|rng| {
            spirals(
                &Spirals {
                    examples,
                    ..Spirals::default()
                },
                rng,
            )
        }),
    ];
    for message in messages {
        assert!(
            message.ends_with("expected as many as memory can address"),
            "{message}"
        );
    }
}

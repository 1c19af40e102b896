//! The order that is computed.

use std::collections::{BTreeMap, BTreeSet};

use brique_distributed::Order;
use proptest::prelude::*;

fn all(order: &Order) -> Vec<usize> {
    (0..order.len())
        .map(|position| order.get(position).unwrap())
        .collect()
}

#[test]
fn small_orders_are_bijections() {
    for n in 0..300 {
        for seed in 0..20 {
            let order = Order::new(n, Some(seed));
            let examples: BTreeSet<usize> = all(&order).into_iter().collect();
            assert_eq!(examples, (0..n).collect(), "{n}, {seed}");
            assert_eq!(order.get(n), None);
            assert_eq!((order.len(), order.is_empty()), (n, n == 0));
        }
    }
}

#[test]
fn without_a_seed_the_order_is_that_of_the_file() {
    assert_eq!(all(&Order::new(7, None)), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(Order::new(7, None).get(7), None);
}

/// The order of a training must be the same on every machine and in every version.
#[test]
fn an_order_is_always_the_same() {
    assert_eq!(all(&Order::new(10, Some(1))), [7, 6, 0, 4, 5, 1, 3, 2, 8, 9]);
    assert_eq!(Order::new(1 << 40, Some(2)).get(3), Some(250_016_949_371));
    assert_eq!(
        Order::new(usize::MAX, Some(u64::MAX)).get(3),
        Some(1_871_809_236_075_307_699)
    );
}

#[test]
fn every_order_of_few_examples_occurs_as_often_as_the_others() {
    for (n, orders) in [(2, 2), (3, 6), (4, 24), (5, 120)] {
        let seeds = 400 * orders;
        let mut counts = BTreeMap::new();
        for seed in 0..seeds {
            *counts.entry(all(&Order::new(n, Some(seed)))).or_insert(0_i64) += 1;
        }
        assert_eq!(counts.len() as u64, orders);
        // A standard deviation is 20.
        for (order, count) in counts {
            assert!((count - 400).abs() < 100, "{order:?}: {count}");
        }
    }
}

#[test]
fn every_example_is_at_every_position_as_often() {
    let (n, seeds) = (20, 20_000);
    let mut counts = vec![vec![0_i64; n]; n];
    for seed in 0..seeds {
        let order = Order::new(n, Some(seed));
        all(&order)
            .iter()
            .zip(&mut counts)
            .for_each(|(&example, counts)| counts[example] += 1);
    }
    // Each is 1000 on average, with a standard deviation of 31.
    let extreme = counts.iter().flatten().map(|count| (count - 1000).abs()).max();
    assert!(extreme < Some(160), "{extreme:?}");
}

#[test]
fn neighbours_do_not_stay_together() {
    for (n, seed) in [(1000, 3), (1 << 14, 4), (100_003, 5)] {
        let order = all(&Order::new(n, Some(seed)));
        for step in [1, 2, 64, 256] {
            // One pair is expected in each direction.
            let near = order
                .windows(step + 1)
                .filter(|pair| pair[0].abs_diff(pair[step]) == step)
                .count();
            assert!(near < 12, "{n}: {near} pairs of {step}");
        }
        let stay = order
            .iter()
            .enumerate()
            .filter(|&(position, &example)| position == example);
        assert!(stay.count() < 10);
        // The mean distance of two random numbers below n is n / 3.
        let distances: usize = order.windows(2).map(|pair| pair[0].abs_diff(pair[1])).sum();
        let mean = distances as f64 / n as f64 / n as f64;
        assert!((mean - 1.0 / 3.0).abs() < 0.03, "{mean}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_is_a_bijection_and_differs_by_seed(n in 20_usize..5000, seed: u64) {
        let order = all(&Order::new(n, Some(seed)));
        let next = all(&Order::new(n, Some(seed.wrapping_add(1))));
        prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), (0..n).collect());
        prop_assert_ne!(&order, &next);
        let same = order.iter().zip(&next).filter(|(a, b)| a == b).count();
        prop_assert!(same < 12, "{} examples at the same position", same);
    }

    #[test]
    fn the_examples_of_large_sets_are_below_their_number_and_differ(n in 1_usize.., seed: u64, position: usize) {
        let order = Order::new(n, Some(seed));
        let first = order.get(position % n).unwrap();
        prop_assert!(first < n);
        if let Some(second) = order.get(position % n + 1) {
            prop_assert_ne!(first, second);
        }
    }
}

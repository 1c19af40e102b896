//! The operations that follow from an exchange.

use brique_distributed::{Alone, Communicator, run_threads};

#[test]
fn an_exchange_delivers_each_message_to_its_process() {
    let received = run_threads::<f32, _>(4, |mut communicator| {
        let rank = communicator.rank() as f32;
        let messages = (0..4).map(|to| vec![rank; to]).collect();
        communicator.exchange(messages).unwrap()
    });
    for (to, messages) in received.into_iter().enumerate() {
        let expected: Vec<Vec<f32>> = [0.0, 1.0, 2.0, 3.0].map(|from| vec![from; to]).into();
        assert_eq!(messages, expected);
    }
}

#[test]
fn a_broadcast_replaces_the_numbers_of_all_processes() {
    let received = run_threads::<f64, _>(3, |mut communicator| {
        let mut numbers = vec![communicator.rank() as f64; 2];
        communicator.broadcast(1, &mut numbers).unwrap();
        numbers
    });
    assert_eq!(received, vec![vec![1.0, 1.0]; 3]);
}

#[test]
fn a_process_alone_receives_its_own_messages() {
    let mut numbers = vec![3.0];
    Communicator::<f64>::broadcast(&mut Alone, 0, &mut numbers).unwrap();
    assert_eq!(numbers, [3.0]);
    assert_eq!(Alone.gather(vec![1.0, 2.0]), Ok(vec![vec![1.0, 2.0]]));
    assert_eq!(Communicator::<f64>::barrier(&mut Alone), Ok(()));
}

//! scratch
use std::time::Duration;
use brique_bench::*;
use brique_distributed::*;
fn main() {
    let time = Duration::from_millis(700);
    for name in ["w4_digits","w5_wide","c4_vgg"] {
        let w: Workload = if name.starts_with('w') { Workload::defaults().into_iter().find(|w| w.name()==name).unwrap() } else { name.parse().unwrap() };
        let time = if name == "w4_digits" { time } else { Duration::from_millis(1500) };
        for _ in 0..2 {
        let mut plain = Subject::<f32>::new(&w).unwrap();
        let a = measure(time, || plain.step()).unwrap();
        let mut sharded = Subject::<f32>::new(&w).unwrap().with_strategy(Sharded::new(Alone, 8).unwrap());
        let b = measure(time, || sharded.step()).unwrap();
        let two = run_threads(2, |c| { let rank = Communicator::<f32>::rank(&c); let mut s = Subject::<f32>::new(&w).unwrap().with_strategy(Sharded::new(c, 8).unwrap());
            if rank == 0 { Some(measure(time, || s.step()).unwrap()) } else { while s.step().is_ok() {} None } });
        println!("{name} plain {:.0} sharded {:.0} ratio {:.3}; two {:.0} speedup over sharded {:.2}", a.min_us, b.min_us, b.min_us/a.min_us, two[0].unwrap().min_us, b.min_us/two[0].unwrap().min_us);
        }
    }
}

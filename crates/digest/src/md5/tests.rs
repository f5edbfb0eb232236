//! Against the RustCrypto implementation, over lanes, lengths and splits.

#![allow(clippy::disallowed_methods, reason = "threads that race, which end with the test")]

use super::{Kernel, LANES, Md5, Md5Queue};
use bytes::Bytes;
use md5_oracle::Digest as _;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

fn oracle(data: &[u8]) -> [u8; 16] {
    md5_oracle::Md5::digest(data).into()
}

fn bytes(length: usize, salt: usize) -> Vec<u8> {
    (0..length).map(|i| ((i * 131 + salt * 17) ^ (i >> 7)) as u8).collect()
}

#[test]
fn every_length_and_every_split() {
    let data = bytes(300, 1);
    for length in 0..=300 {
        let expected = oracle(&data[..length]);
        assert_eq!(Md5::of(&data[..length]), expected, "{length} bytes");
        for at in 0..=length {
            let mut md5 = Md5::default();
            md5.update(&data[..at]);
            md5.update(&data[at..length]);
            assert_eq!(md5.clone().finish(), expected, "{length} bytes, split at {at}");
        }
    }
}

/// Every kernel, every number of streams up to more than there are lanes, lengths around blocks,
/// equal and all different, and streams that have begun within a block.
#[test]
fn side_by_side_equals_one_by_one() {
    for kernel in Kernel::all().map(Some).chain([None]) {
        for streams in 1..=2 * LANES + 3 {
            for shape in 0..6 {
                let length = |i: usize| match shape {
                    0 => 64,
                    1 => 4096,
                    2 => i * 64,
                    3 => (i * 997) % 3000,
                    4 => {
                        if i.is_multiple_of(3) {
                            0
                        } else {
                            10_000
                        }
                    }
                    _ => 63 + i,
                };
                let bodies: Vec<Vec<u8>> = (0..streams).map(|i| bytes(length(i), i)).collect();
                let begun: Vec<Vec<u8>> = (0..streams).map(|i| bytes(i * 37 % 130, i)).collect();
                let mut digests: Vec<Md5> = vec![Md5::default(); streams];
                for (md5, begun) in digests.iter_mut().zip(&begun) {
                    md5.update(begun);
                }
                let mut jobs: Vec<(&mut Md5, &[u8])> =
                    digests.iter_mut().zip(&bodies).map(|(md5, body)| (md5, &body[..])).collect();
                Md5::update_all_by(kernel, &mut jobs);
                for (i, md5) in digests.into_iter().enumerate() {
                    let whole = [&begun[i][..], &bodies[i][..]].concat();
                    let case = format!("{kernel:?}, {streams} streams, shape {shape}, stream {i}");
                    assert_eq!(md5.finish(), oracle(&whole), "{case}");
                }
            }
        }
    }
}

/// Not every machine that runs the tests has the instruction that they are for.
#[cfg(target_arch = "x86_64")]
#[test]
fn truth_tables() {
    let functions: [fn(u8, u8, u8) -> u8; 4] = [
        |b, c, d| (b & c) | (!b & d),
        |b, c, d| (b & d) | (c & !d),
        |b, c, d| b ^ c ^ d,
        |b, c, d| c ^ (b | !d),
    ];
    for (function, table) in functions.iter().zip(super::lanes::TABLES) {
        for bits in 0..8 {
            let result = function(bits >> 2, bits >> 1, bits) & 1;
            assert_eq!(i32::from(result), table >> bits & 1, "{table:#x} at {bits}");
        }
    }
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn the_first_to_return_works_for_all() {
    let queue = Md5Queue::default();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(count.clone());
    let mut cx = Context::from_waker(&waker);
    let bodies: Vec<Bytes> = (0..20).map(|i| bytes(5000 + i, i).into()).collect();
    let mut waiting: Vec<Pin<Box<dyn Future<Output = Md5> + '_>>> = Vec::new();
    for body in &bodies {
        waiting.push(Box::pin(queue.update(Md5::default(), body)));
    }
    for one in &mut waiting {
        assert!(one.as_mut().poll(&mut cx).is_pending(), "all step back once");
    }
    // Given up before anybody worked.
    drop(waiting.remove(3));
    assert_eq!(queue.jobs().len(), 19);
    let mut finished = Vec::new();
    for one in &mut waiting {
        let Poll::Ready(md5) = one.as_mut().poll(&mut cx) else { panic!("the work is done") };
        finished.push(md5.finish());
        assert!(queue.jobs().len() <= 19 - LANES, "the first took a whole set");
    }
    let expected: Vec<_> = (0..20).filter(|i| *i != 3).map(|i| oracle(&bodies[i])).collect();
    assert_eq!(finished, expected);
    assert!(queue.jobs().is_empty());
    assert!(count.0.load(Ordering::SeqCst) >= 20);
}

#[test]
fn many_threads_meet() {
    let queue = Md5Queue::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let queue = queue.clone();
            scope.spawn(move || {
                for round in 0..200 {
                    let body: Bytes = bytes(1024 + round * 7, thread).into();
                    let mut md5 = pin!(queue.update(Md5::default(), &body));
                    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
                    let mut cx = Context::from_waker(&waker);
                    let md5 = loop {
                        match md5.as_mut().poll(&mut cx) {
                            Poll::Ready(md5) => break md5,
                            Poll::Pending => std::thread::park(),
                        }
                    };
                    assert_eq!(md5.finish(), oracle(&body));
                }
            });
        }
    });
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

//! Many futures at once, without tasks of their own.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs `futures` to their ends, at most `limit` at once, and returns their results in order.
/// Dropping it drops them all.
pub(crate) async fn join_bounded<F: Future>(futures: Vec<F>, limit: usize) -> Vec<F::Output> {
    assert!(limit > 0, "something must run");
    let mut results: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    let mut waiting: VecDeque<(usize, F)> = futures.into_iter().enumerate().collect();
    let mut running: Vec<(usize, Pin<Box<F>>)> = Vec::with_capacity(limit);
    std::future::poll_fn(|context: &mut Context<'_>| {
        loop {
            while running.len() < limit
                && let Some((index, future)) = waiting.pop_front()
            {
                running.push((index, Box::pin(future)));
            }
            let before = running.len();
            running.retain_mut(|(index, future)| match future.as_mut().poll(context) {
                Poll::Ready(result) => {
                    results[*index] = Some(result);
                    false
                }
                Poll::Pending => true,
            });
            if running.is_empty() && waiting.is_empty() {
                return Poll::Ready(());
            }
            // Futures that took a free place have not been polled yet.
            if running.len() == before || waiting.is_empty() {
                return Poll::Pending;
            }
        }
    })
    .await;
    let every = "every future has ended";
    results.into_iter().map(|result| result.expect(every)).collect()
}

//! Memory that requests share: what they send and what is made of it, counted in bytes.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A reservation up to this, in bytes, may use the whole budget.
const SMALL_BYTES_MAX: usize = 64 << 10;
/// What larger ones leave to small ones: one part in so many.
const SMALL_PART: usize = 4;

/// A number of bytes that all requests together may hold. Clones are the same budget.
///
/// Larger reservations leave a quarter of it alone, so that a few who send large documents slowly
/// cannot keep all others from sending small ones.
#[derive(Clone, Debug)]
pub struct MemoryBudget(Arc<Bytes>);

#[derive(Debug)]
struct Bytes {
    max: usize,
    reserved: AtomicUsize,
}

/// The budget is used up: try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetExhausted;

impl fmt::Display for BudgetExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("requests hold all the memory that they may")
    }
}

impl std::error::Error for BudgetExhausted {}

impl MemoryBudget {
    /// A budget of this many bytes.
    pub fn new(bytes_max: usize) -> Self {
        Self(Arc::new(Bytes { max: bytes_max, reserved: AtomicUsize::new(0) }))
    }

    /// One that is never used up.
    pub fn unlimited() -> Self {
        Self::new(usize::MAX)
    }

    /// Its size in bytes.
    pub fn max(&self) -> usize {
        self.0.max
    }

    /// Bytes that are reserved now.
    pub fn reserved(&self) -> usize {
        self.0.reserved.load(Ordering::Relaxed)
    }

    /// A reservation of nothing yet.
    pub fn reservation(&self) -> Reservation {
        Reservation { budget: self.clone(), bytes: 0 }
    }

    /// The same for as long as the budget is borrowed; one count of references less, which all
    /// cores share.
    pub fn lend(&self) -> Reservation<&Self> {
        Reservation { budget: self, bytes: 0 }
    }
}

/// Bytes of a budget; given back when it is dropped.
#[derive(Debug)]
pub struct Reservation<B: Borrow<MemoryBudget> = MemoryBudget> {
    budget: B,
    bytes: usize,
}

impl<B: Borrow<MemoryBudget>> Reservation<B> {
    /// How many bytes it has.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Reserves so many bytes more.
    ///
    /// Errors: [`BudgetExhausted`]; then it has what it had before.
    pub fn grow(&mut self, bytes: usize) -> Result<(), BudgetExhausted> {
        let Bytes { max, reserved } = &*self.budget.borrow().0;
        let is_small = self.bytes.saturating_add(bytes) <= SMALL_BYTES_MAX;
        let max = if is_small { *max } else { max - max / SMALL_PART };
        // Others may see the sum for a moment although it is refused, and be refused themselves:
        // the budget is full then in any case.
        let before = reserved.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > max {
            reserved.fetch_sub(bytes, Ordering::Relaxed);
            return Err(BudgetExhausted);
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Gives so many bytes back. Panics when it has fewer.
    pub fn shrink(&mut self, bytes: usize) {
        self.bytes = self.bytes.checked_sub(bytes).expect("no more is given back than was taken");
        self.budget.borrow().0.reserved.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl<B: Borrow<MemoryBudget>> Drop for Reservation<B> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.borrow().0.reserved.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BudgetExhausted, MemoryBudget, SMALL_BYTES_MAX};

    #[test]
    fn what_is_reserved_is_given_back() {
        let budget = MemoryBudget::new(100);
        let (mut one, mut two) = (budget.reservation(), budget.reservation());
        assert_eq!(one.grow(60), Ok(()));
        assert_eq!(two.grow(41), Err(BudgetExhausted));
        assert_eq!((two.bytes(), budget.reserved()), (0, 60));
        assert_eq!(two.grow(40), Ok(()));
        assert_eq!(one.grow(1), Err(BudgetExhausted));
        one.shrink(10);
        assert_eq!((one.bytes(), one.grow(10)), (50, Ok(())));
        drop(one);
        assert_eq!(budget.reserved(), 40);
        drop(two);
        assert_eq!(budget.reserved(), 0);
    }

    #[test]
    fn large_ones_leave_something_to_small_ones() {
        let budget = MemoryBudget::new(8 * SMALL_BYTES_MAX);
        let mut large = budget.reservation();
        assert_eq!(large.grow(6 * SMALL_BYTES_MAX), Ok(()));
        assert_eq!(large.grow(1), Err(BudgetExhausted));
        let mut small = budget.reservation();
        assert_eq!(small.grow(SMALL_BYTES_MAX), Ok(()));
        assert_eq!(small.grow(1), Err(BudgetExhausted), "a small one that becomes large");
    }

    #[test]
    fn no_sum_overflows() {
        let mut reservation = MemoryBudget::unlimited().reservation();
        assert_eq!(reservation.grow(usize::MAX / 4), Ok(()));
        let mut other = MemoryBudget::new(10).reservation();
        assert_eq!(other.grow(usize::MAX), Err(BudgetExhausted));
    }
}

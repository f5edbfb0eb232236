//! Values that a seed varies, rare ones among them, so that states which need millions of
//! operations at production's values come about in thousands.

use larder_objects::Settings;
use larder_platform::sim::Prng;
use larder_storage_local::Options;
use larder_storage_local::index::GapOptions;

/// The server's settings in one run.
#[derive(Clone, Debug)]
pub(crate) struct Knobs {
    pub(crate) options: Options,
    pub(crate) settings: Settings,
    pub(crate) row_cache_bytes: usize,
}

fn one_of<T: Copy>(rng: &mut Prng, values: &[T]) -> T {
    values[rng.index(values.len())]
}

impl Knobs {
    pub(crate) fn draw(rng: &mut Prng) -> Self {
        // Its own sequence: that of the others stays what it was before there were gaps.
        let mut own = Prng::new(!rng.clone().u64());
        let mut options = Options::new("/data");
        // A dozen clients hold few; what an unknown outcome leaves closed stays so until a restart.
        options.closed_spaces_max = one_of(&mut own, &[64, 1 << 16]);
        options.gaps = GapOptions {
            bytes_max: one_of(&mut own, &[0, 4 << 10, 64 << 10, 1 << 20]),
            entries_min: one_of(&mut own, &[1, 2, 8, 64]),
            // The simulated clock stands still while a cursor moves: every move counts as long.
            slow_ns: 0,
        };
        options.memtable_bytes = one_of(rng, &[1 << 10, 4 << 10, 16 << 10, 64 << 10, 1 << 20]);
        options.checkpoint_bytes = Some(one_of(rng, &[4 << 10, 64 << 10, 300 << 10, 2 << 20]));
        options.segment_bytes_max = one_of(rng, &[1 << 20, 1 << 20, 2 << 20]);
        options.transfer_bytes = one_of(rng, &[0, 1 << 20, 32 << 20]);
        options.garbage_bytes_min = one_of(rng, &[1, 64 << 10, 300 << 10, 1 << 20]);
        // Not so small that the padding of the batches in which gc moves records undoes its work.
        options.batch_bytes_max = one_of(rng, &[32 << 10, 64 << 10, 512 << 10, 512 << 10]);
        // gc moves a few thousand records at a time, whose checks must be in the window.
        options.window_changes_max = one_of(rng, &[4 << 10, 1 << 17, 1 << 17]);
        let settings = Settings {
            inline_bytes_max: one_of(rng, &[0, 100, 2 << 10, 16 << 10, 128 << 10]),
            gc_grace_ms: one_of(rng, &[1_000, 5_000, 60_000]),
            part_bytes_min: one_of(rng, &[1, 500, 4 << 10]),
        };
        Self { options, settings, row_cache_bytes: one_of(rng, &[0, 16 << 10, 256 << 10]) }
    }
}

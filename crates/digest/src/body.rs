//! Everything a body's bytes are hashed for, in one pass.

use crate::hasher::Hasher;
use crate::md5::{Counted, Lone};
use crate::{Md5, Md5Queue};
use bytes::Bytes;
use larder_types::{Checksum, ChecksumAlgorithm};

/// Which digests of a body are wanted besides CRC64NVME, which every body gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyPlan {
    /// MD5 for the ETag; off only where its cost is being measured.
    pub md5: bool,
    /// SHA-256 to compare with a signed `x-amz-content-sha256`.
    pub sha256: bool,
    /// Further checksums that the client sent or asked for.
    pub checksums: Vec<ChecksumAlgorithm>,
}

/// What one pass over a body yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyDigests {
    /// MD5; zeros when the plan had it off.
    pub md5: [u8; 16],
    /// CRC64NVME.
    pub crc64nvme: u64,
    /// SHA-256 when the plan asked for it.
    pub sha256: Option<[u8; 32]>,
    /// The plan's further checksums, in its order.
    pub checksums: Vec<Checksum>,
    /// Bytes hashed.
    pub length: u64,
}

/// Bytes that every digest visits before the next bytes are touched: small enough to stay in the
/// first cache level, so that several digests cost one read of memory.
const BLOCK_BYTES: usize = 16 << 10;

/// A body counts as large from here on: hashing it elsewhere is worth the way there.
const LARGE_BYTES: u64 = 256 << 10;

/// Hashes a body once for all its digests.
pub struct BodyHasher {
    md5: Md5Part,
    /// Set once it is hashed beside others.
    counted: Option<Counted>,
    crc64nvme: crc_fast::Digest,
    sha256: Option<ring::digest::Context>,
    checksums: Vec<(ChecksumAlgorithm, Further)>,
    length: u64,
}

/// The body's MD5.
enum Md5Part {
    /// Not wanted.
    Off,
    On(Md5),
    /// On a thread, a few pieces behind.
    Behind(Lone),
    /// With a queue. It stays there when the body is given up meanwhile.
    Away,
}

/// A further checksum, or which of the standing digests already holds it.
enum Further {
    Own(Box<Hasher>),
    Md5,
    Crc64Nvme,
    Sha256,
}

impl BodyHasher {
    /// Starts with no bytes.
    pub fn new(plan: &BodyPlan) -> Self {
        let further = |algorithm: &ChecksumAlgorithm| {
            let state = match algorithm {
                ChecksumAlgorithm::Md5 if plan.md5 => Further::Md5,
                ChecksumAlgorithm::Sha256 if plan.sha256 => Further::Sha256,
                ChecksumAlgorithm::Crc64Nvme => Further::Crc64Nvme,
                other => Further::Own(Box::new(Hasher::new(*other))),
            };
            (*algorithm, state)
        };
        Self {
            md5: if plan.md5 { Md5Part::On(Md5::default()) } else { Md5Part::Off },
            counted: None,
            crc64nvme: crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme),
            sha256: plan.sha256.then(|| ring::digest::Context::new(&ring::digest::SHA256)),
            checksums: plan.checksums.iter().map(further).collect(),
            length: 0,
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        if let Md5Part::On(md5) = &mut self.md5 {
            md5.update(data);
        }
        self.update_others(data);
    }

    /// Adds bytes; their MD5 is computed beside those of other bodies, or on another core while
    /// further bytes come in. [`BodyHasher::finish_beside`] waits for it.
    pub async fn update_beside(&mut self, queue: &Md5Queue, data: &Bytes) {
        let counted = self.counted.get_or_insert_with(|| queue.counted());
        let alone = counted.alone().filter(|_| self.length >= LARGE_BYTES);
        self.md5 = match (std::mem::replace(&mut self.md5, Md5Part::Away), alone) {
            (Md5Part::On(md5), Some(tasks)) => Md5Part::Behind(Lone::new(md5, tasks.clone())),
            (Md5Part::Behind(lone), None) => Md5Part::On(lone.home().await),
            (other, _) => other,
        };
        if let Md5Part::Behind(lone) = &self.md5 {
            lone.push(data.clone()).await;
        }
        self.update_others(data);
        self.md5 = match std::mem::replace(&mut self.md5, Md5Part::Away) {
            Md5Part::On(md5) => Md5Part::On(queue.update(md5, data).await),
            other => other,
        };
    }

    /// The digests of a body that came by [`BodyHasher::update_beside`].
    pub async fn finish_beside(mut self) -> BodyDigests {
        self.md5 = match std::mem::replace(&mut self.md5, Md5Part::Away) {
            Md5Part::Behind(lone) => Md5Part::On(lone.home().await),
            other => other,
        };
        self.finish()
    }

    fn update_others(&mut self, data: &[u8]) {
        self.length += data.len() as u64;
        for block in data.chunks(BLOCK_BYTES) {
            self.crc64nvme.update(block);
            if let Some(sha256) = &mut self.sha256 {
                sha256.update(block);
            }
            for (_, further) in &mut self.checksums {
                if let Further::Own(hasher) = further {
                    hasher.update(block);
                }
            }
        }
    }

    /// Bytes hashed so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The digests.
    pub fn finish(self) -> BodyDigests {
        let md5 = match self.md5 {
            Md5Part::Off => [0; 16],
            Md5Part::On(md5) => md5.finish(),
            Md5Part::Behind(_) | Md5Part::Away => {
                panic!("a body that was given up is not finished")
            }
        };
        let crc64nvme = self.crc64nvme.finalize();
        let sha256: Option<[u8; 32]> = self.sha256.map(|sha256| {
            let digest = sha256.finish();
            digest.as_ref().try_into().expect("SHA-256 is 32 bytes")
        });
        let value = |(algorithm, further): (ChecksumAlgorithm, Further)| {
            let digest = match further {
                Further::Own(hasher) => hasher.finish(),
                Further::Md5 => md5.to_vec(),
                Further::Crc64Nvme => crc64nvme.to_be_bytes().to_vec(),
                Further::Sha256 => sha256.expect("shared only when planned").to_vec(),
            };
            Checksum::full(algorithm, digest)
        };
        BodyDigests {
            md5,
            crc64nvme,
            sha256,
            checksums: self.checksums.into_iter().map(value).collect(),
            length: self.length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyHasher, BodyPlan};
    use crate::{Hasher, Md5Queue, md5, sha256};
    use bytes::Bytes;
    use larder_types::ChecksumAlgorithm;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn alone(algorithm: ChecksumAlgorithm, data: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(data);
        hasher.finish()
    }

    /// What was with the queue is lost: no ETag may be made of the rest.
    #[test]
    #[should_panic(expected = "given up")]
    fn a_body_that_was_given_up_has_no_digests() {
        let plan = BodyPlan { md5: true, sha256: false, checksums: Vec::new() };
        let (mut hasher, queue) = (BodyHasher::new(&plan), Md5Queue::default());
        let data = Bytes::from(vec![0; 5000]);
        let mut cx = Context::from_waker(Waker::noop());
        assert!(pin!(hasher.update_beside(&queue, &data)).poll(&mut cx).is_pending());
        hasher.finish();
    }

    #[test]
    fn one_pass_equals_many() {
        let data: Vec<u8> = (0..70_001u32).map(|i| (i * 13 % 255) as u8).collect();
        for (with_md5, with_sha256) in [(true, true), (true, false), (false, false)] {
            let plan = BodyPlan {
                md5: with_md5,
                sha256: with_sha256,
                checksums: ChecksumAlgorithm::ALL.to_vec(),
            };
            for piece in [1, 999, 16_384, 70_001] {
                let mut hasher = BodyHasher::new(&plan);
                data.chunks(piece).for_each(|piece| hasher.update(piece));
                let digests = hasher.finish();
                assert_eq!(digests.length, 70_001);
                let expected_md5 = if with_md5 { md5(&data) } else { [0; 16] };
                assert_eq!(digests.md5, expected_md5);
                assert_eq!(digests.sha256, with_sha256.then(|| sha256(&data)));
                let crc = digests.crc64nvme.to_be_bytes().to_vec();
                assert_eq!(crc, alone(ChecksumAlgorithm::Crc64Nvme, &data));
                for sum in digests.checksums {
                    assert_eq!(sum.digest, alone(sum.algorithm, &data), "{:?}", sum.algorithm);
                }
            }
        }
    }
}

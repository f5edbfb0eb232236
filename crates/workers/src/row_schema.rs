//! What all rows of a store mean, whichever room wrote them. It stands in this room because the
//! scrub is the lowest that reads all of them: objects and identities, who each know their own, are
//! of one rank.

use larder_identities::IdentitySchema;
use larder_objects::ObjectSchema;
use larder_storage::{BlobRef, RowKey, RowKind, RowReferences, RowSchema};

/// Reads every row for a check, a repair, a copy or a scrub.
#[derive(Default)]
pub struct StoreSchema {
    objects: ObjectSchema,
    identities: IdentitySchema,
}

impl RowSchema for StoreSchema {
    fn read(&mut self, row: &RowKey, value: &[u8]) -> Result<RowReferences, String> {
        match row.kind {
            RowKind::Identity => self.identities.read(row, value),
            _ => self.objects.read(row, value),
        }
    }

    fn name(&self, row: &RowKey) -> String {
        match row.kind {
            RowKind::Identity => self.identities.name(row),
            _ => self.objects.name(row),
        }
    }

    fn listed(&self, manifest: &[u8]) -> Result<Vec<BlobRef>, String> {
        self.objects.listed(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::StoreSchema;
    use larder_identities::{Identities, MasterKey, NewAccount};
    use larder_platform::sim::Simulation;
    use larder_storage::model::Model;
    use larder_storage::{RowKey, RowKind, RowSchema as _, SpaceId};
    use std::sync::Arc;

    #[test]
    fn each_row_is_read_by_the_room_that_wrote_it() {
        let sim = Simulation::new(1);
        let store = Arc::new(Model::new());
        let identities = Identities::new(store.clone(), sim.platform(), MasterKey::new(&[1; 32]));
        let new = NewAccount { name: "name".into(), ..NewAccount::default() };
        let account = sim.block_on(identities.create_account(new)).unwrap();
        sim.block_on(identities.create_access_key(&account.id, None)).unwrap();
        let mut schema = StoreSchema::default();
        for (row, value, _) in store.dump() {
            assert!(schema.read(&row, &value).is_ok(), "{row:?}");
            assert!(schema.read(&row, &value[..value.len() - 1]).is_err(), "{row:?}");
        }
        let bucket = RowKey::new(SpaceId::SYSTEM, RowKind::Bucket, "pantry");
        assert!(schema.read(&bucket, &[1]).is_err());
        assert_eq!(schema.name(&bucket), "bucket pantry");
        let key = RowKey::new(SpaceId::SYSTEM, RowKind::Identity, "k/AKIA");
        assert_eq!(schema.name(&key), "access key AKIA");
    }
}

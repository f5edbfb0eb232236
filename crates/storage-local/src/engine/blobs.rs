//! `BlobStore` over the shared state.

use super::Local;
use crate::blob::{LocalReader, LocalWriter, check_placement, file, file_numbers, open_blob};
use crate::keys;
use crate::state::EngineState;
use larder_storage::{
    BlobAddress, BlobError, BlobId, BlobRef, BlobStore, CreateHints, StoredBytes,
};
use std::io;
use std::ops::Range;

impl BlobStore for Local {
    type Writer = LocalWriter;
    type Reader = LocalReader;

    async fn create(&self, _hints: CreateHints) -> Result<LocalWriter, BlobError> {
        if self.shared.reserve.is_full() {
            return Err(BlobError::Full);
        }
        let id = self.blobs.take().await?;
        Ok(LocalWriter::new(self.blobs.clone(), id))
    }

    async fn read(
        &self,
        blob: BlobRef,
        range: Range<StoredBytes>,
    ) -> Result<LocalReader, BlobError> {
        let range = range.start.0..range.end.0;
        assert!(
            range.start <= range.end && range.end <= blob.stored_bytes.0,
            "a range lies in its blob"
        );
        check_placement(blob.address())?;
        let open = move |shared: &EngineState| open_blob(shared, blob.id);
        let file = self.shared.read_at_pace(|shared| &shared.open_pace, open).await;
        let file = file.unwrap_or(Err(BlobError::Stopped))?;
        Ok(LocalReader::new(self.blobs.clone(), file, blob, range))
    }

    async fn delete(&self, blob: BlobAddress) -> Result<(), BlobError> {
        check_placement(blob)?;
        let id = blob.id;
        // Not while a copy is being made that has it.
        let _freeing = self.shared.frees.clone().read_owned().await;
        let shared = self.shared.clone();
        let removed = self.shared.platform.blocking(move || {
            let disk = &shared.platform.disk;
            let gone = |result: io::Result<()>| match result {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                result => result,
            };
            gone(disk.remove(&shared.layout.blob(id.0)))?;
            // The row that says the file exists goes only when the file can not come back: also
            // when it is gone already, for the sync behind its removal may have failed.
            gone(disk.sync_dir(&shared.layout.blob_directory(id.0)))
        });
        let removed = removed.await.ok_or(BlobError::Stopped)?;
        removed.map_err(|error| BlobError::Io(error.to_string()))?;
        self.blobs.settle(id.0);
        let deleted = self.shared.write_internal(Vec::new(), vec![keys::adopted(id.0)]).await;
        deleted.map(|_| ()).map_err(|error| BlobError::Io(format!("{error:?}")))
    }

    async fn verify(&self, blob: BlobRef) -> Result<(), BlobError> {
        check_placement(blob.address())?;
        let shared = self.shared.clone();
        let verified = self.shared.platform.blocking(move || {
            let file = open_blob(&shared, blob.id)?;
            file::verify(&*file, blob)
        });
        verified.await.unwrap_or(Err(BlobError::Stopped))
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        let shared = self.shared.clone();
        let listed = self
            .shared
            .platform
            .blocking(move || file_numbers(&*shared.platform.disk, &shared.layout))
            .await;
        listed.ok_or(BlobError::Stopped)?.map_err(|error| BlobError::Io(error.to_string()))
    }
}

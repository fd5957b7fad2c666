//! What every server here needs and takes long to make: made once in a process, by the program's own code.

use cyanotype::activitypub::signature::{GeneratedKey, generate_rsa};
use cyanotype::app::MakeRsa;
use cyanotype::config::{Database, Settings};
use cyanotype::store::connect;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A database as the migrations leave it.
static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();

/// Lays a copy of it where a server will look for its file, unless there is one.
pub async fn lay_database(settings: &Settings) {
    let Database::Sqlite(path) = &settings.database else { return };
    if path.exists() {
        return;
    }
    let migrated = MIGRATED.get_or_init(|| Box::pin(migrated(settings.clone()))).await;
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, migrated).expect("a copy");
}

async fn migrated(mut settings: Settings) -> Vec<u8> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("migrated.sqlite");
    settings.database = Database::Sqlite(path.clone());
    let pools = connect::open(&settings).await.expect("a database");
    pools.read.close().await.expect("readers end");
    pools.write.close().await.expect("the writer ends");
    assert!(!folder.path().join("migrated.sqlite-wal").exists(), "the file is all there is");
    std::fs::read(path).expect("a file")
}

/// RSA keys that were made so far.
static KEYS: Mutex<Vec<Arc<OnceLock<GeneratedKey>>>> = Mutex::new(Vec::new());

/// Hands one key after the other to the accounts of one world: no two of them have the same.
pub fn rsa_keys() -> MakeRsa {
    let next = AtomicUsize::new(0);
    Arc::new(move || Ok(rsa_key(next.fetch_add(1, Ordering::Relaxed))))
}

fn rsa_key(number: usize) -> GeneratedKey {
    let place = {
        let mut keys = KEYS.lock().expect("keys");
        let missing = (number + 1).saturating_sub(keys.len());
        keys.extend(std::iter::repeat_with(Arc::default).take(missing));
        keys[number].clone()
    };
    let key = place.get_or_init(|| generate_rsa().expect("a key"));
    GeneratedKey { private_pkcs8_der: key.private_pkcs8_der.clone(), public_pem: key.public_pem.clone() }
}

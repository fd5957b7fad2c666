//! The server's secret: one file, mode 0600, from which the key that seals private keys is made.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Seals and opens what must not be readable in a stolen database.
#[derive(Clone)]
pub struct Secrets {
    key: std::sync::Arc<LessSafeKey>,
}

/// Why the secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{0} could not be read or written: {1}")]
    Io(String, #[source] std::io::Error),
    #[error("{0} can be read by others (mode {1:o}); run: chmod 600 {0}")]
    TooOpen(String, u32),
    #[error("{0} does not hold a secret of 32 bytes; restore it from your backup")]
    Malformed(String),
    #[error("a sealed value could not be opened: the secret does not belong to this database")]
    Sealed,
    #[error("the system gave no random numbers")]
    NoRandom,
}

/// `N` bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0u8; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SecretError::NoRandom)?;
    Ok(bytes)
}

/// `N` random bytes as lower-case hexadecimal digits.
pub fn random_hex<const N: usize>() -> Result<String, SecretError> {
    Ok(hex(&random::<N>()?))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// SHA-256: how tokens are kept.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().to_vec()
}

impl Secrets {
    /// Reads the secret at `path`, or makes one.
    pub fn load(path: &Path) -> Result<Self, SecretError> {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => {
                let mode =
                    std::fs::metadata(path).map_err(|e| SecretError::Io(name.clone(), e))?.permissions().mode() & 0o777;
                if mode & 0o077 != 0 {
                    return Err(SecretError::TooOpen(name, mode));
                }
                text
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => create(path).map_err(|e| match e {
                Ok(io) => SecretError::Io(name.clone(), io),
                Err(other) => other,
            })?,
            Err(e) => return Err(SecretError::Io(name, e)),
        };
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SecretError::Malformed(name.clone()))?;
        let repeated = bytes.first().is_some_and(|first| bytes.iter().all(|b| b == first));
        let key =
            UnboundKey::new(&AES_256_GCM, &bytes).ok().filter(|_| !repeated).ok_or(SecretError::Malformed(name))?;
        Ok(Self { key: std::sync::Arc::new(LessSafeKey::new(key)) })
    }

    /// Seals `plain`; the nonce stands in front.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SecretError> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| SecretError::NoRandom)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`Self::seal`] made.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(SecretError::Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretError::Sealed)?;
        let mut rest = rest.to_vec();
        let plain = self.key.open_in_place(nonce, Aad::empty(), &mut rest).map_err(|_| SecretError::Sealed)?;
        Ok(plain.to_vec())
    }
}

fn create(path: &Path) -> Result<String, Result<std::io::Error, SecretError>> {
    let text = STANDARD.encode(random::<32>().map_err(Err)?);
    // Under its name only when it is whole: half a secret would stop every later start.
    let half = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&half, path)
    };
    write().map_err(Ok)?;
    Ok(text)
}

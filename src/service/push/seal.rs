//! Encrypting a message so that only the browser or app it is for reads it, not the service that carries
//! it: as RFC 8291 says (`aes128gcm`), and as its draft of 2016 did, which some apps still read
//! (draft-ietf-webpush-encryption-04, `aesgcm`). One record, no padding.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hmac::{HMAC_SHA256, Key, sign};
use ring::rand::SystemRandom;

/// Bytes of a point on P-256, uncompressed.
pub const POINT: usize = 65;
/// Bytes of the salt.
pub const SALT: usize = 16;
/// Record size said in the header of `aes128gcm`: more than any message has.
const RECORD: u32 = 4_096;

/// It could not be encrypted: the other's key is no point on P-256, most likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message could not be encrypted for the key that was given")]
pub struct SealError;

/// What both ends share.
pub struct Shared<'a> {
    /// Of the key exchange.
    pub secret: &'a [u8],
    /// Public key of whoever it is for.
    pub theirs: &'a [u8],
    /// Public key made for this message.
    pub ours: &'a [u8],
    /// What else only they know.
    pub auth: &'a [u8],
    pub salt: &'a [u8; SALT],
}

/// A message, and what has to be said of it.
pub struct Sealed {
    pub body: Vec<u8>,
    pub salt: [u8; SALT],
    /// Public key made for this message.
    pub ours: Vec<u8>,
}

/// Encrypts; `standard` as RFC 8291 says, else as its draft did.
pub fn seal(theirs: &[u8], auth: &[u8], plain: &[u8], standard: bool) -> Result<Sealed, SealError> {
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(|_| SealError)?;
    let ours = private.compute_public_key().map_err(|_| SealError)?.as_ref().to_vec();
    let salt = crate::secrets::random::<SALT>().map_err(|_| SealError)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, theirs);
    let body = agree_ephemeral(private, &peer, |secret| {
        let shared = Shared { secret, theirs, ours: &ours, auth, salt: &salt };
        if standard { aes128gcm(&shared, plain) } else { aesgcm(&shared, plain) }
    });
    Ok(Sealed { body: body.map_err(|_| SealError)??, salt, ours })
}

/// Whether somebody can be written to with this key.
pub fn is_point(theirs: &[u8]) -> bool {
    theirs.len() == POINT && seal(theirs, &[0; 16], b"", true).is_ok()
}

/// RFC 8291, section 3.4, and RFC 8188.
pub fn aes128gcm(shared: &Shared<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let input = expand(&hmac(shared.auth, shared.secret), &[b"WebPush: info\0", shared.theirs, shared.ours]);
    let key = hmac(shared.salt, &input);
    let (content, nonce) =
        (expand(&key, &[b"Content-Encoding: aes128gcm\0"]), expand(&key, &[b"Content-Encoding: nonce\0"]));
    // The last record ends with a 2.
    let sealed = encrypt(&content, &nonce, [plain, &[2]].concat())?;
    let length = u8::try_from(shared.ours.len()).map_err(|_| SealError)?;
    Ok([shared.salt.as_slice(), &RECORD.to_be_bytes(), &[length], shared.ours, &sealed].concat())
}

/// draft-ietf-webpush-encryption-04, section 4, and draft-ietf-httpbis-encryption-encoding-02.
pub fn aesgcm(shared: &Shared<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let input = expand(&hmac(shared.auth, shared.secret), &[b"Content-Encoding: auth\0"]);
    let key = hmac(shared.salt, &input);
    let length = |point: &[u8]| u16::try_from(point.len()).map(u16::to_be_bytes).map_err(|_| SealError);
    let (theirs, ours) = (length(shared.theirs)?, length(shared.ours)?);
    let context = [b"P-256\0".as_slice(), &theirs, shared.theirs, &ours, shared.ours].concat();
    let content = expand(&key, &[b"Content-Encoding: aesgcm\0", &context]);
    let nonce = expand(&key, &[b"Content-Encoding: nonce\0", &context]);
    // First how much padding there is: none.
    encrypt(&content, &nonce, [&[0, 0], plain].concat())
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, key), data).as_ref().to_vec()
}

/// HKDF-Expand (RFC 5869, section 2.3) for up to 32 bytes.
fn expand(key: &[u8], info: &[&[u8]]) -> Vec<u8> {
    hmac(key, &[info.concat().as_slice(), &[1]].concat())
}

fn encrypt(key: &[u8], nonce: &[u8], mut plain: Vec<u8>) -> Result<Vec<u8>, SealError> {
    let key = key.get(..AES_128_GCM.key_len()).ok_or(SealError)?;
    let nonce: [u8; NONCE_LEN] = nonce.get(..NONCE_LEN).and_then(|n| n.try_into().ok()).ok_or(SealError)?;
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).map_err(|_| SealError)?)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut plain)
        .map_err(|_| SealError)?;
    Ok(plain)
}

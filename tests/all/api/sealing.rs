//! What is pushed can be read by whom it is for, and by nobody else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use cyanotype::service::push::seal::{POINT, SALT, SealError, Shared, aes128gcm, aesgcm, is_point};

fn bytes(text: &str) -> Vec<u8> {
    BASE64.decode(text).unwrap_or_default()
}

/// RFC 8291, appendix A.
const THEIRS: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const OURS: &str = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const SECRET: &str = "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const SALTED: &str = "DGv6ra1nlYgDCS1FRnbzlw";
const PLAIN: &[u8] = b"When I grow up, I want to be a watermelon";

fn with(seal: fn(&Shared<'_>, &[u8]) -> Result<Vec<u8>, SealError>) -> String {
    let salt: [u8; SALT] = bytes(SALTED).try_into().unwrap_or([0; SALT]);
    let (secret, theirs, ours, auth) = (bytes(SECRET), bytes(THEIRS), bytes(OURS), bytes(AUTH));
    let shared = Shared { secret: &secret, theirs: &theirs, ours: &ours, auth: &auth, salt: &salt };
    BASE64.encode(seal(&shared, PLAIN).unwrap_or_default())
}

#[test]
fn the_example_of_the_standard_comes_out_as_it_says() {
    assert_eq!(
        with(aes128gcm),
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6\
         PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    );
}

/// The same keys and words through the `http_ece` package of npm, version 1.2.1, as `aesgcm`.
#[test]
fn the_draft_comes_out_as_others_make_it() {
    let theirs = "4qwOLFm_mNy0vf1A8f3Bm6B5UD15y3aV_xZy14pixUhcPTIoZKHzq5i3dZ6PzqSMxBI_-VDUZ4jW04M";
    assert_eq!(with(aesgcm), theirs);
}

#[test]
fn whoever_gives_no_point_is_not_written_to() {
    assert!(is_point(&bytes(THEIRS)));
    let mut broken = bytes(THEIRS);
    if let Some(last) = broken.last_mut() {
        *last ^= 1;
    }
    for wrong in [broken, Vec::new(), vec![4; POINT], bytes(AUTH)] {
        assert!(!is_point(&wrong), "{wrong:?}");
    }
}

//! A certificate authority for this process, and both ends of TLS under it.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    root: rcgen::Certificate,
    file: tempfile::NamedTempFile,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(rcgen::DnType::CommonName, "Cyanotype tests");
    let root = params.self_signed(&key).unwrap();
    let mut file = tempfile::Builder::new().suffix(".pem").tempfile().unwrap();
    file.write_all(root.pem().as_bytes()).unwrap();
    Authority { issuer: rcgen::Issuer::new(params, key), root, file }
});

/// The root certificate, PEM.
pub fn ca_pem() -> Vec<u8> {
    AUTHORITY.root.pem().into_bytes()
}

/// The same in a file, for `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`.
pub fn ca_file() -> &'static Path {
    AUTHORITY.file.path()
}

/// The server's end for one name.
pub fn acceptor(name: &str) -> TlsAcceptor {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let cert = params.signed_by(&key, &AUTHORITY.issuer).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// The other end, which trusts this authority and no other.
pub fn client_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(AUTHORITY.root.der().clone()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

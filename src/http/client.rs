//! Who is at the other end: address and scheme, believing forwarded headers only from proxies that
//! the settings trust.

use super::Web;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The other end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Address of the browser or server, for limits.
    pub address: IpAddr,
    /// It speaks https, to us or to a trusted proxy.
    pub https: bool,
    /// Host it asked for.
    pub host: String,
}

impl Client {
    /// Scheme and host as the other end sees them.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, self.host)
    }

    /// Asked for by a name others could know us by, not by a number or as this very machine.
    pub fn asked_by_name(&self) -> bool {
        let name = self.host.rsplit_once(':').map_or(self.host.as_str(), |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) { name } else { &self.host }
        });
        let literal = name.starts_with('[') || name.parse::<IpAddr>().is_ok();
        !literal && !name.is_empty() && !name.eq_ignore_ascii_case("localhost")
    }

    /// For counting attempts: an IPv6 customer has a whole /64.
    pub fn bucket(&self) -> String {
        match self.address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => v4.to_string(),
                None => v6.segments().iter().take(4).map(|s| format!("{s:x}:")).collect(),
            },
        }
    }
}

/// Reads the request's other end; `trusted` says whose forwarded headers count.
pub fn read(peer: IpAddr, headers: &HeaderMap, trusted: &[ipnet::IpNet]) -> Client {
    let peer = peer.to_canonical();
    let trusts = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().trim().to_owned();
    let host = text("host");
    if !trusts(&peer) {
        return Client { address: peer, https: false, host };
    }
    // From the right: what stands left of the first untrusted hop was written by anybody.
    let hops: Vec<IpAddr> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ip| ip.to_canonical()))
        .collect();
    let address = hops.iter().rev().find(|ip| !trusts(ip)).or(hops.first()).copied().unwrap_or(peer);
    let forwarded_host = text("x-forwarded-host");
    let https = text("x-forwarded-proto").eq_ignore_ascii_case("https");
    Client { address, https, host: if forwarded_host.is_empty() { host } else { forwarded_host } }
}

/// HTTP/2 names the host in the request line; everything else here reads it from its header.
fn name_host(request: &mut Request) {
    if request.headers().contains_key(HOST) {
        return;
    }
    let authority = request.uri().authority().and_then(|a| HeaderValue::from_str(a.as_str()).ok());
    if let Some(host) = authority {
        request.headers_mut().insert(HOST, host);
    }
}

/// Puts the [`Client`] into the request.
pub async fn find(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    name_host(&mut request);
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| c.0.ip());
    let client = read(peer, request.headers(), &web.app.settings.trusted_proxies);
    request.extensions_mut().insert(client);
    next.run(request).await
}

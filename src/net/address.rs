//! Which addresses may be dialled: globally routable unicast, and nothing else.
//!
//! A list of what is allowed, because every list of what is forbidden has had holes. The ranges are
//! those of the IANA special-purpose registries (RFC 6890 and its successors).

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(a: u16, b: u16, c: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), bits)
}

/// IPv4 that is not globally routable unicast.
const SPECIAL_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),       // this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // carrier-grade NAT
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local, cloud metadata
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // IETF protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 31, 196, 0, 24), // AS112
    v4(192, 52, 193, 0, 24), // AMT
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(192, 175, 48, 0, 24), // AS112
    v4(198, 18, 0, 0, 15),   // benchmarking
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, broadcast
];

/// All IPv6 unicast handed out so far. Leaves out ::/96 (compatible), ::ffff:0:0/96 (mapped),
/// 64:ff9b::/96 and 64:ff9b:1::/48 (NAT64), fc00::/7, fe80::/10 and ff00::/8.
const UNICAST_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// IPv6 within it that is not globally routable, or hides an IPv4 address.
const SPECIAL_V6: &[Ipv6Net] = &[
    v6(0x2001, 0, 0, 23),         // IETF protocol assignments, Teredo
    v6(0x2001, 0xdb8, 0, 32),     // documentation
    v6(0x2002, 0, 0, 16),         // 6to4
    v6(0x2620, 0x4f, 0x8000, 48), // AS112
    v6(0x3fff, 0, 0, 20),         // documentation
];

/// Whether `address` is globally routable unicast.
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => !SPECIAL_V4.iter().any(|net| net.contains(&a)),
        IpAddr::V6(a) => UNICAST_V6.contains(&a) && !SPECIAL_V6.iter().any(|net| net.contains(&a)),
    }
}

/// What may be dialled: global addresses, and the ranges the operator allows beside them.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    exceptions: Vec<IpNet>,
}

impl AddressPolicy {
    /// `exceptions` are the operator's; the default is none.
    pub fn new(exceptions: Vec<IpNet>) -> Self {
        Self { exceptions }
    }

    /// Whether `address` may be dialled.
    pub fn allows(&self, address: IpAddr) -> bool {
        is_global(address) || self.exceptions.iter().any(|net| net.contains(&address))
    }
}

//! What the pages need besides HTML: one style sheet, and the policy that keeps everything else out.
//!
//! Invariant: the style sheet's address changes with its content, so it may be cached for ever.

use crate::routes;

/// The style sheet, served at [`routes::STYLE`] as `text/css; charset=utf-8`.
pub const STYLE: &str = include_str!("../assets/style.css");

/// The content hash in the style sheet's address: FNV-1a, 64 bits. It guards a cache, not a secret.
pub const STYLE_HASH: u64 = fnv1a(STYLE.as_bytes());

/// The `Cache-Control` to serve [`STYLE`] with when it is asked for by [`style_address`].
pub const STYLE_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The `Content-Security-Policy` to serve every page with. The templates hold to it: no scripts, no inline styles,
/// nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The address that pages link the style sheet by.
pub fn style_address() -> String {
    format!("{}?v={STYLE_HASH:016x}", routes::STYLE)
}

const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_style_sheet_asks_for_nothing_from_elsewhere() {
        assert!(!STYLE.contains("@import"));
        assert!(!STYLE.contains("url("));
        assert!(!STYLE.contains("@font-face"));
    }
}

//! The whole cloud around the product, on loopback.

//! What the compiler prints for a mistake in a request of your own.
//!
//! After a change, `TRYBUILD=overwrite cargo test -p frameio-macros --test ui` writes the outputs. Read each of
//! them: it should point at the token that is wrong, and say what to write.

#[test]
fn mistakes_are_reported_where_they_are_made() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

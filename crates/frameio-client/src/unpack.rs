//! Reading compressed answers.

use std::io::{Error, Read};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use frameio_core::{Body, BoxError};
use frameio_tower::{ResponseTooLarge, TransportError, TransportStage};
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

/// Unpacks an answer that is packed, and leaves any other as it is.
///
/// At once, since it has been collected: most answers are not packed, and pay nothing for a body
/// that could be. What does not fit the limit unpacked is refused before it is all there.
pub(crate) fn unpack(answer: Response<Body>, limit: usize) -> Result<Response<Body>, BoxError> {
    let coding = answer.headers().get(CONTENT_ENCODING);
    if coding.is_none_or(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"gzip")) {
        return Ok(answer);
    }
    let (mut parts, body) = answer.into_parts();
    // The answer to a `HEAD` has the headers alone.
    let packed = match body.try_into_bytes() {
        Ok(packed) if !packed.is_empty() => packed,
        Ok(_) => return Ok(Response::from_parts(parts, Body::empty())),
        Err(unread) => return Ok(Response::from_parts(parts, unread)),
    };
    let unpacked = inflate(&packed, limit)
        .map_err(|error| TransportError::new(TransportStage::Body, error))?
        .ok_or(ResponseTooLarge::new(limit))?;
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, unpacked.into()))
}

/// The content, if it has no more bytes than the limit.
fn inflate(packed: &[u8], limit: usize) -> Result<Option<Bytes>, Error> {
    let mut unpacked = Vec::new();
    let enough = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(packed).take(enough).read_to_end(&mut unpacked)?;
    Ok((unpacked.len() <= limit).then(|| unpacked.into()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use frameio_tower::error::find;

    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn answer(coding: &str, body: Vec<u8>) -> Response<Body> {
        let length = body.len();
        let answer = Response::builder().header("content-encoding", coding);
        answer.header("content-length", length).body(body.into()).unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_without_its_headers() {
        for coding in ["gzip", "GZIP"] {
            let parts = [packed(b"abc"), packed(b"def")].concat();
            let unpacked = unpack(answer(coding, parts), 6).unwrap();
            assert!(unpacked.headers().is_empty());
            assert_eq!(unpacked.body().as_bytes(), Some(&b"abcdef"[..]));
        }
    }

    #[test]
    fn other_answers_stay_as_they_are() {
        for (coding, body) in [("br", &b"xyz"[..]), ("identity", b"xyz"), ("gzip", b"")] {
            let same = unpack(answer(coding, body.to_vec()), 1).unwrap();
            assert_eq!(same.headers().len(), 2, "{coding}");
            assert_eq!(same.body().as_bytes(), Some(body), "{coding}");
        }
    }

    #[test]
    fn a_bomb_is_refused_and_a_torn_body_is_a_lost_one() {
        let bomb = packed(&vec![0; 1 << 20]);
        let error = unpack(answer("gzip", bomb), (1 << 20) - 1).unwrap_err();
        assert!(find::<ResponseTooLarge>(&*error).is_some(), "{error}");

        let mut torn = packed(b"some content");
        torn.truncate(torn.len() - 9);
        for broken in [torn, b"no gzip at all".to_vec()] {
            let error = unpack(answer("gzip", broken), 1000).unwrap_err();
            let lost = find::<TransportError>(&*error).unwrap();
            assert!(lost.may_have_been_sent(), "{error}");
        }
    }
}

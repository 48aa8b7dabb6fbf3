//! Tests of recording and replaying, against the simulator.

mod fields;
mod quickstart;
mod record;
mod scrub;
mod simulator_state;

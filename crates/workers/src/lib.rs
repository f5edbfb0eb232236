//! Background workers

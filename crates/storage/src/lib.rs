//! The two storage seams, their reference model and conformance suite

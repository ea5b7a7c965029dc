package naru.coordination.share;

import naru.coordination.Decision;

/** The state was begun anew or deleted: what a leader knows of it holds no longer. */
public record ShareStateReset(ShareKey key) implements Decision.Effect {}

package io.entrarelay.state;

import io.entrarelay.plan.Plan.Coverage;
import java.util.NavigableMap;

/**
 * What is stored of a feed.
 *
 * @param id the store's number of the feed
 * @param isNew whether the feed was made by this call
 * @param notBefore Graph asked this tenant to wait until then, epoch milliseconds
 * @param tally what each sweep found, by the sweep's age in milliseconds
 */
public record FeedState(
    long id, boolean isNew, Coverage coverage, long notBefore, NavigableMap<Long, Tally> tally) {}

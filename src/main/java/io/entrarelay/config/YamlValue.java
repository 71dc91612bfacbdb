package io.entrarelay.config;

import java.util.List;

/**
 * What stands behind a key of a YAML file: nothing, a text or a list of texts. Texts are as they
 * were written: {@code off} is not turned into {@code false}, nor {@code 010} into 8.
 *
 * @param line the key's line, from 1
 * @param items the text, or the list's texts; empty when there is nothing
 */
record YamlValue(int line, boolean list, List<Item> items) {

  /**
   * @param line the text's line, from 1
   */
  record Item(String text, int line) {}
}

package io.entrarelay.config;

import java.io.Reader;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** YAML as maps, lists and plain values, for who looks at some of a file's keys alone. */
public final class PlainYaml {
  private PlainYaml() {}

  /**
   * The only document there is; null where there is none.
   *
   * @throws YAMLException where it is no YAML, or more than one document
   */
  public static @Nullable Object read(Reader in) {
    try {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
    } catch (ClassCastException e) { // a tag for maps or lists before something else: !!map x
      throw new YAMLException("a tag doesn't fit what it stands before", e);
    }
  }
}

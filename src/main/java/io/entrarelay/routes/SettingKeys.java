package io.entrarelay.routes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeSet;

/** The keys of a settings file, {@code a.b.c}, of whatever group. */
public final class SettingKeys {
  private SettingKeys() {}

  /** The keys that have a value; none where the file can't be read. */
  public static Set<String> of(Path file) {
    Set<String> keys = new TreeSet<>();
    if (Files.isReadable(file)) {
      Element root = YamlFile.read(file, file.toString(), new ArrayList<>()).root();
      if (root != null) {
        collect("", root, keys);
      }
    }
    return keys;
  }

  private static void collect(String prefix, Element element, Set<String> keys) {
    element
        .map()
        .forEach(
            (name, value) -> {
              String key = prefix.isEmpty() ? name : prefix + "." + name;
              if (value.text() != null || value.isList()) {
                keys.add(key);
              }
              collect(key, value, keys);
            });
  }
}

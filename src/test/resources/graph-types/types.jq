# jq -rs -f types.jq types-v1.0.json types-beta.json > types.json
#
# The types that reports' records are of, out of descriptions of Graph's v1.0 and beta, which were
# made of github.com/microsoftgraph/msgraph-metadata @ f54f11b60956ea7b185ca0447b2b80805836ec7b (MIT):
# an object is a type's properties with their types, an array an enumeration's members. Inherited
# properties are written out, those behind a link ($expand) left out; what one version has more is added.
def name: ltrimstr("Edm.") | ltrimstr("microsoft.graph.");
def of_type: if startswith("[") then [.[1:-1] | name] else name end;
def properties($all):
  (if .base then $all[.base] // {} | if .kind then properties($all) else {} end else {} end)
  + (.properties // {} | with_entries(select(.value.nav | not) | .value |= (.type | of_type)));
def types:
  .types as $all
  | $all
  | with_entries(
      .key |= name
      | .value |= if .kind == "EnumType" then [.members[][0]] else {id: "String"} as $entity
          | (if .kind == "EntityType" then $entity else {} end) + properties($all) end);
def both($v1; $beta):
  ($v1 * $beta) | with_entries(
    .key as $key
    | if .value | type == "array" then .value += (($v1[$key] // []) - .value) else . end);
def reached($all):
  . as $known
  | ([.[] | $all[.] | objects | .[] | if type == "array" then .[0] else . end | select($all[.])] + $known | unique)
  | if . == $known then . else reached($all) end;

map(types)
| both(.[0]; .[1]) as $all
| ["directoryAudit", "provisioningObjectSummary", "riskDetection", "riskyUser", "signIn"]
| reached($all)
| map("  " + tojson + ": " + ($all[.] | tojson))
| "{\n" + join(",\n") + "\n}"

package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** {@code GET /v1.0/subscribedSkus}: what a tenant has bought. */
final class SubscribedSkus {
  static final String DIRECTORY = "Directory.Read.All";

  private static final List<String> PERMISSIONS =
      List.of(DIRECTORY, "LicenseAssignment.Read.All", "Organization.Read.All");

  private SubscribedSkus() {}

  static boolean isPath(String path) {
    return path.toLowerCase(Locale.ROOT).matches("/(v1\\.0|beta)/subscribedskus");
  }

  static Reply answer(Tenant tenant, AccessTokens.Grant grant) throws GraphError {
    if (grant.roles().stream().noneMatch(PERMISSIONS::contains)) {
      throw new GraphError(
          403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#subscribedSkus");
    ArrayNode skus = body.putArray("value");
    String tenantId = tenant.identity().tenantId();
    plan(
        sku(skus, tenantId, "f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE"),
        "50e68c76-46c6-4674-81f9-75456511b170",
        "FLOW_P2_VIRAL");
    String p1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d";
    switch (tenant.licence()) {
      case NONE -> {
        // that was all
      }
      case P1 ->
          plan(
              sku(skus, tenantId, "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "AAD_PREMIUM"),
              p1,
              "AAD_PREMIUM");
      case P2 -> {
        ArrayNode plans =
            sku(skus, tenantId, "84a661c4-e949-4bd2-a560-ed7766fcaf2b", "AAD_PREMIUM_P2");
        plan(plans, p1, "AAD_PREMIUM");
        plan(plans, "eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2");
        plan(
            sku(skus, tenantId, "7ac9fe77-66b7-4e5e-9e46-10eed1cff547", "Workload_Identities_P2"),
            "7dc0e92d-bf15-401d-907e-0884efe7c760",
            "AAD_WRKLDID_P2");
      }
    }
    return Reply.json(200, body.toString());
  }

  private static ArrayNode sku(ArrayNode skus, String tenantId, String id, String part) {
    ObjectNode sku = skus.addObject();
    sku.put("accountId", tenantId)
        .put("appliesTo", "User")
        .put("capabilityStatus", "Enabled")
        .put("consumedUnits", 14)
        .put("id", tenantId + "_" + id)
        .put("skuId", id)
        .put("skuPartNumber", part);
    sku.putObject("prepaidUnits").put("enabled", 25).put("suspended", 0).put("warning", 0);
    return sku.putArray("servicePlans");
  }

  private static void plan(ArrayNode plans, String id, String name) {
    plans
        .addObject()
        .put("servicePlanId", id)
        .put("servicePlanName", name)
        .put("provisioningStatus", "Success")
        .put("appliesTo", "User");
  }
}

// Written by `thread schema cypher`. The store runs these statements when it is opened.
// The log: its head, change sets by ordinal and request, their parts.
CREATE CONSTRAINT thread_head IF NOT EXISTS FOR (h:ThreadHead) REQUIRE h.name IS UNIQUE;
CREATE CONSTRAINT change_set_ordinal IF NOT EXISTS FOR (c:ChangeSet) REQUIRE c.ordinal IS UNIQUE;
CREATE CONSTRAINT change_set_request IF NOT EXISTS FOR (c:ChangeSet) REQUIRE c.request_id IS UNIQUE;
CREATE CONSTRAINT change_set_part IF NOT EXISTS FOR (p:ChangeSetPart) REQUIRE (p.upload, p.number) IS UNIQUE;
CREATE CONSTRAINT change_set_upload IF NOT EXISTS FOR (u:ChangeSetUpload) REQUIRE u.id IS UNIQUE;
// The current state: one node per entity, found by iri, label or identifier.
CREATE CONSTRAINT entity_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE;
CREATE INDEX entity_label IF NOT EXISTS FOR (n:Entity) ON (n.label);
CREATE FULLTEXT INDEX entity_names IF NOT EXISTS FOR (n:Entity) ON EACH [n.label, n.identifiers];
// Kinds and states of the ontology.
CREATE INDEX asset_label IF NOT EXISTS FOR (n:`Asset`) ON (n.`label`);
CREATE INDEX batch_label IF NOT EXISTS FOR (n:`Batch`) ON (n.`label`);
CREATE INDEX component_label IF NOT EXISTS FOR (n:`Component`) ON (n.`label`);
CREATE INDEX design_revision_label IF NOT EXISTS FOR (n:`DesignRevision`) ON (n.`label`);
CREATE INDEX document_label IF NOT EXISTS FOR (n:`Document`) ON (n.`label`);
CREATE INDEX event_label IF NOT EXISTS FOR (n:`Event`) ON (n.`label`);
CREATE INDEX failure_mode_label IF NOT EXISTS FOR (n:`FailureMode`) ON (n.`label`);
CREATE INDEX location_label IF NOT EXISTS FOR (n:`Location`) ON (n.`label`);
CREATE INDEX order_label IF NOT EXISTS FOR (n:`Order`) ON (n.`label`);
CREATE INDEX position_label IF NOT EXISTS FOR (n:`Position`) ON (n.`label`);
CREATE INDEX process_step_label IF NOT EXISTS FOR (n:`ProcessStep`) ON (n.`label`);
CREATE INDEX product_design_label IF NOT EXISTS FOR (n:`ProductDesign`) ON (n.`label`);
CREATE INDEX redundancy_group_label IF NOT EXISTS FOR (n:`RedundancyGroup`) ON (n.`label`);
CREATE INDEX requirement_label IF NOT EXISTS FOR (n:`Requirement`) ON (n.`label`);
CREATE INDEX resource_label IF NOT EXISTS FOR (n:`Resource`) ON (n.`label`);
CREATE INDEX sensor_label IF NOT EXISTS FOR (n:`Sensor`) ON (n.`label`);
CREATE INDEX supplier_label IF NOT EXISTS FOR (n:`Supplier`) ON (n.`label`);
CREATE INDEX work_order_label IF NOT EXISTS FOR (n:`WorkOrder`) ON (n.`label`);
CREATE INDEX component_disposition IF NOT EXISTS FOR (n:`Component`) ON (n.`disposition`);
CREATE INDEX work_order_order_type IF NOT EXISTS FOR (n:`WorkOrder`) ON (n.`orderType`);
CREATE INDEX work_order_severity IF NOT EXISTS FOR (n:`WorkOrder`) ON (n.`severity`);
CREATE INDEX asset_state IF NOT EXISTS FOR (n:`Asset`) ON (n.`state`);
CREATE INDEX component_state IF NOT EXISTS FOR (n:`Component`) ON (n.`state`);
CREATE INDEX position_state IF NOT EXISTS FOR (n:`Position`) ON (n.`state`);
CREATE INDEX work_order_status IF NOT EXISTS FOR (n:`WorkOrder`) ON (n.`status`);
// Labels: a kind and its superkinds. Relationship types, with what they join:
// (:WorkOrder)-[:ADDRESSES]->(:Event)
// (:DesignRevision or ProductDesign)-[:ALTERNATE_FOR]->(:DesignRevision or ProductDesign)
// (:Document or FailureMode or ProcessStep or Requirement)-[:APPLIES_TO]->(:Entity)
// (:Event)-[:CAUSED_BY]->(:Asset or Batch or Component or DesignRevision or Event or FailureMode or Position or ProcessStep or ProductDesign or Supplier or WorkOrder)
// (:Document)-[:CONCEDES]->(:Asset or Batch or Component or Position)
// (:Asset or Component or Location or Position or Sensor)-[:CONNECTED_TO]->(:Asset or Component or Location or Position or Sensor)
// (:Asset or Component or Position or ProcessStep or Sensor)-[:DEPENDS_ON]->(:Asset or Component or Position or ProcessStep or RedundancyGroup or Sensor)
// (:Asset or Batch or Component or DesignRevision or Document or ProductDesign or Requirement)-[:DERIVED_FROM]->(:Asset or Batch or Component or DesignRevision or Document or ProductDesign or Requirement)
// (:Sensor)-[:DETECTS]->(:FailureMode)
// (:Document)-[:DOCUMENTS]->(:Entity)
// (:FailureEvent)-[:FAILURE_OF]->(:Asset or Component or Position)
// (:Asset or Component)-[:FROM_BATCH]->(:Batch)
// (:Asset or Component)-[:FULFILS]->(:Order)
// (:Asset or Component or DesignRevision or FailureEvent or Position or ProductDesign)-[:HAS_MODE]->(:FailureMode)
// (:Asset or Component or Position or Sensor)-[:HOSTED_ON]->(:Asset or Component or Position or Sensor)
// (:Component)-[:INSTALLED_IN]->(:Position)
// (:WorkOrder)-[:INSTALLS]->(:Component)
// (:Asset)-[:ISOLATES]->(:Asset)
// (:Asset or Batch or Component or Location or Position or Resource or Sensor or Supplier)-[:LOCATED_IN]->(:Location)
// (:Asset or Batch or Component)-[:MADE_TO]->(:DesignRevision or ProductDesign)
// (:Asset or Component or Position or RedundancyGroup or Sensor)-[:MEMBER_OF]->(:RedundancyGroup)
// (:Sensor)-[:MONITORS]->(:Asset or Component or Location or Position)
// (:Event)-[:OCCURRED_ON]->(:Asset or Component or Position)
// (:Asset or Component or Position or ProcessStep or Sensor)-[:PART_OF]->(:Asset or Component or Position or ProcessStep)
// (:WorkOrder)-[:PERFORMED_ON]->(:Asset or Component or Position or Sensor)
// (:Asset or Batch or Component)-[:PROCESSED_BY]->(:ProcessStep)
// (:WorkOrder)-[:REMOVES]->(:Component)
// (:ProcessStep or WorkOrder)-[:REQUIRES]->(:DesignRevision or Document or ProductDesign or Resource)
// (:DesignRevision)-[:REVISION_OF]->(:ProductDesign)
// (:DesignRevision)-[:SATISFIES]->(:Requirement)
// (:DesignRevision or Document or ProductDesign or Requirement)-[:SUPERSEDES]->(:DesignRevision or Document or ProductDesign or Requirement)
// (:Asset or Batch or Component or DesignRevision or ProductDesign)-[:SUPPLIED_BY]->(:Supplier)
// (:Asset or Component or Location or Position or Sensor)-[:SUPPLIED_WITH]->(:Asset or Component or Location or Position or RedundancyGroup or Sensor)
// (:DesignRevision)-[:USES_DESIGN]->(:DesignRevision or ProductDesign)

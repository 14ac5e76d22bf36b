// What a Relay client asks: entities refetched by id, and lists paged as connections.
import { graphql } from "relay-runtime";

export const details = graphql`
  fragment documentsDetails on Entity @refetchable(queryName: "documentsDetailsQuery") {
    id
    label
    identifiers {
      scheme
      value
    }
  }
`;

export const links = graphql`
  fragment documentsLinks on Entity
  @refetchable(queryName: "documentsLinksQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    relations(direction: BOTH, first: $count, after: $after) @connection(key: "documentsLinks_relations") {
      edges {
        relation
        node {
          id
          label
          ...documentsDetails
        }
      }
    }
  }
`;

export const both = graphql`
  fragment documentsBoth on Entity
  @refetchable(queryName: "documentsBothQuery")
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    relations(direction: BOTH, first: $first, after: $after, last: $last, before: $before)
      @connection(key: "documentsBoth_relations") {
      edges {
        node {
          id
        }
      }
    }
  }
`;

export const origin = graphql`
  query documentsOriginQuery($part: String!, $count: Int!, $after: String) {
    component(key: $part) {
      ...documentsDetails
      ...documentsLinks
      lineage {
        hits(first: $count, after: $after) @connection(key: "documentsOrigin_hits") {
          edges {
            degree
            node {
              id
              label
            }
          }
        }
      }
    }
  }
`;

export const outage = graphql`
  query documentsOutageQuery($of: [ID!]!, $count: Int!, $after: String) {
    impact(of: $of) {
      effects(first: $count, after: $after) @connection(key: "documentsOutage_effects") {
        edges {
          effect
          node {
            id
            ...documentsLinks
          }
        }
      }
    }
  }
`;

export const found = graphql`
  query documentsFoundQuery($text: String!, $count: Int!, $after: String) {
    search(text: $text, first: $count, after: $after) @connection(key: "documentsFound_search") {
      edges {
        node {
          id
          label
        }
      }
    }
  }
`;

export const opening = graphql`
  mutation documentsRecordFailureMutation($input: RecordFailureInput!) {
    recordFailure(input: $input) {
      __typename
      ... on RecordFailurePayload {
        failure {
          id
          label
        }
      }
      ... on Problem {
        message
      }
    }
  }
`;

export const following = graphql`
  subscription documentsCommittedSubscription($after: String) {
    committed(after: $after) {
      cursor
      revision
    }
  }
`;

package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// operations is every operation of the API and whether it needs a key.
var operations = []string{
	"GET /api/v1/communities",
	"GET /api/v1/communities/{community}/accounts key",
	"GET /api/v1/communities/{community}/balance key",
	"GET /api/v1/communities/{community}/checkpoint",
	"GET /api/v1/communities/{community}/policies",
	"GET /api/v1/communities/{community}/policy",
	"GET /api/v1/communities/{community}/purchases/{ref} key",
	"GET /api/v1/communities/{community}/statement key",
	"GET /api/v1/keys key",
	"GET /api/v1/receipts/{token}",
	"GET /api/v1/receipts/{token}/file",
	"POST /api/v1/communities/{community}/closings key",
	"POST /api/v1/communities/{community}/policies key",
	"POST /api/v1/communities/{community}/purchase-batches key",
	"POST /api/v1/communities/{community}/purchases key",
	"POST /api/v1/communities/{community}/purchases/{ref}/refunds key",
	"POST /api/v1/communities/{community}/recommendations key",
	"POST /api/v1/communities/{community}/vouchers key",
	"POST /api/v1/keys key",
	"POST /api/v1/keys/{id}/revocation key",
	"POST /api/v1/operators key", "POST /api/v1/operators/passkey-loss key",
}

// document is what the test reads of an OpenAPI document.
type document struct {
	OpenAPI    string                          `json:"openapi"`
	Info       map[string]any                  `json:"info"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas         map[string]any            `json:"schemas"`
		SecuritySchemes map[string]map[string]any `json:"securitySchemes"`
	} `json:"components"`
}

type operation struct {
	OperationID string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Tags        []string              `json:"tags"`
	Security    []map[string][]string `json:"security"`
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   map[string]any
	} `json:"parameters"`
	RequestBody *struct{ Content map[string]any } `json:"requestBody"`
	Responses   map[string]any                    `json:"responses"`
}

func TestTheAPIDescribesItself(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	a := h.send(h.request(http.MethodGet, "/openapi.json", "", ""))
	var doc document
	h.decode(a, &doc)
	if kind := a.Header().Get("Content-Type"); !strings.HasPrefix(doc.OpenAPI, "3.1.") || kind != "application/openapi+json" || doc.Info["title"] == "" || doc.Info["version"] != Version {
		t.Errorf("OpenAPI %s, %s, %v", doc.OpenAPI, kind, doc.Info)
	}
	if s := doc.Components.SecuritySchemes["key"]; s["type"] != "http" || s["scheme"] != "bearer" {
		t.Errorf("keys are described as %v", s)
	}
	var found, ids []string
	for path, methods := range doc.Paths {
		for method, op := range methods {
			line := strings.ToUpper(method) + " " + path
			if len(op.Security) > 0 {
				line += " key"
			}
			found = append(found, line)
			ids = append(ids, op.OperationID)
			op.check(t, line, path, &doc)
		}
	}
	slices.Sort(found)
	if diff := cmp.Diff(operations, found); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	if slices.Sort(ids); len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("operation ids repeat: %v", ids)
	}
	var whole any
	h.must(json.Unmarshal(a.Body.Bytes(), &whole))
	checkRefs(t, whole, doc.Components.Schemas)
	var asYAML any
	h.must(yaml.Unmarshal(h.send(h.request(http.MethodGet, "/openapi.yaml", "", "")).Body.Bytes(), &asYAML))
	again, err := json.Marshal(asYAML)
	h.must(err)
	var fromYAML any
	h.must(json.Unmarshal(again, &fromYAML))
	if diff := cmp.Diff(whole, fromYAML); diff != "" {
		t.Errorf("the YAML says something else (-json +yaml):\n%.2000s", diff)
	}
}

// check looks at one operation: what a generator of clients needs.
func (op *operation) check(t *testing.T, line, path string, doc *document) {
	t.Helper()
	var inPath []string
	for _, p := range op.Parameters {
		if p.In == "path" {
			inPath = append(inPath, "{"+p.Name+"}")
			if !p.Required {
				t.Errorf("%s: %s in the path is not required", line, p.Name)
			}
		}
		if p.Schema["type"] == nil {
			t.Errorf("%s: %s has no type", line, p.Name)
		}
	}
	var wanted []string
	for _, part := range strings.Split(path, "/") {
		if strings.HasPrefix(part, "{") {
			wanted = append(wanted, part)
		}
	}
	slices.Sort(inPath)
	if slices.Sort(wanted); !slices.Equal(inPath, wanted) {
		t.Errorf("%s: describes %v of its path", line, inPath)
	}
	if op.OperationID == "" || op.Summary == "" || len(op.Tags) != 1 {
		t.Errorf("%s: id %q, summary %q, tags %v", line, op.OperationID, op.Summary, op.Tags)
	}
	success := false
	for status := range op.Responses {
		success = success || strings.HasPrefix(status, "2")
	}
	if problem := fmt.Sprint(op.Responses["default"]); !success || !strings.Contains(problem, "application/problem+json") {
		t.Errorf("%s: answers %v", line, op.Responses)
	}
	for _, s := range op.Security {
		for name := range s {
			if doc.Components.SecuritySchemes[name] == nil {
				t.Errorf("%s: nobody says what %s is", line, name)
			}
		}
	}
}

// checkRefs fails on a reference to a schema that is not there.
func checkRefs(t *testing.T, node any, schemas map[string]any) {
	t.Helper()
	switch n := node.(type) {
	case map[string]any:
		for name, v := range n {
			if ref, ok := v.(string); ok && name == "$ref" && schemas[strings.TrimPrefix(ref, "#/components/schemas/")] == nil {
				t.Errorf("%s leads nowhere", ref)
			}
			checkRefs(t, v, schemas)
		}
	case []any:
		for _, v := range n {
			checkRefs(t, v, schemas)
		}
	}
}

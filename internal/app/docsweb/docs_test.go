package docsweb

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

func TestEveryOperationIsUnderItsTag(t *testing.T) {
	doc := &huma.OpenAPI{Components: &huma.Components{}, Paths: map[string]*huma.PathItem{
		"/b": {Post: &huma.Operation{OperationID: "b", Tags: []string{"B"}, Summary: "Do b", Security: []map[string][]string{{"key": {}}}}},
		"/a": {Get: &huma.Operation{OperationID: "a", Tags: []string{"A"}, Parameters: []*huma.Param{{Name: "x", In: "query", Required: true, Schema: &huma.Schema{Type: "string"}}}}},
	}}
	groups := groupsOf(doc)
	if len(groups) != 2 || groups[0].Name != "A" || groups[1].Ops[0].ID != "b" || !groups[1].Ops[0].Key {
		t.Fatalf("got %+v", groups)
	}
	if f := groups[0].Ops[0].Fields; len(f) != 1 || f[0].Name != "x" || !f[0].Required {
		t.Errorf("fields %+v", f)
	}
}

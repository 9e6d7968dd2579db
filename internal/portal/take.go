package portal

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"

	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/sheet"
)

// Take answers with a table to be taken along, in the format that was asked for:
// "csv" or "xlsx". name is the file's name without its ending.
func Take(w http.ResponseWriter, r *http.Request, name, format string, t sheet.Table) error {
	var b bytes.Buffer
	if err := t.Write(&b, format); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="gongyi.%s"; filename*=UTF-8''%s`, format, url.PathEscape(name+"."+format)))
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, sheet.Formats[format], b.Bytes())
}

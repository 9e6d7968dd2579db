package basemap
import ("testing";"context";"os";"time";"encoding/json")
func TestTry(t *testing.T){
 if os.Getenv("TRY")=="" {t.Skip()}
 o:=Options{Now:time.Now()}
 at:=time.Now()
 var last Step
 o.Progress=func(s Step,d,n int64){ if s!=last {t.Log(s,time.Since(at)); last=s} }
 s,err:=Import(context.Background(),os.Getenv("TRY"),"/tmp/map-try/base.pmtiles",o)
 b,_:=json.Marshal(s)
 t.Log(time.Since(at),err,string(b))
}

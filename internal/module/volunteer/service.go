package volunteer

// Service is the door to volunteers. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

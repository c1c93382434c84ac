"""Monthly supervision reports and exports of projects, as PDF and Excel."""
